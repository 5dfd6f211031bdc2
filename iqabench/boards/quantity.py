"""A board's columns as its entries hold them: one for each set and level."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from iqabench.boards.column import ColumnFacts, Published


@dataclass(frozen=True)
class Quantity:
    """One column on one set at one level."""

    name: str
    """The column's; with set and level where there are several: "psnr Set5", "psnr CBSD68 25"."""
    column: str
    facts: ColumnFacts = field(hash=False)
    set_word: str = ""
    """What the published figures call the set,"""
    level_word: str = ""
    """and the level."""
    set: str = ""
    """What they are called here."""
    level: str = ""

    @property
    def address(self) -> str:
        """The set with its level, as a person types it."""
        return f"{self.set}_{self.level}" if self.level else self.set


def quantities_of(
    columns: Mapping[str, ColumnFacts],
    sets: Mapping[str, str],
    levels: Mapping[str, str],
    published: Published | None,
) -> dict[str, Quantity]:
    """All quantities of a board by name."""
    found = {}
    for name, column in columns.items():
        some_sets = _chosen(sets, column, column.set, bool(published and published.set))
        some_levels = _chosen(levels, column, column.level, bool(published and published.level))
        for set_word, here in some_sets.items():
            for level_word, level in some_levels.items():
                told = (
                    set_word if len(some_sets) > 1 else "",
                    level_word if len(some_levels) > 1 else "",
                )
                full = " ".join(part for part in (name, *told) if part)
                found[full] = Quantity(full, name, column, set_word, level_word, here, level)
    return found


def _chosen(
    known: Mapping[str, str], column: ColumnFacts, one: str, row_each: bool
) -> Mapping[str, str]:
    """The sets or levels that a column is measured on; nothing at all is one, too."""
    if one:
        return {word: here for word, here in known.items() if one in (word, here)} or {one: one}
    elsewhere = column.probe or column.agreement
    split = column.metric or (row_each and not elsewhere)
    return known if known and split else {"": ""}
