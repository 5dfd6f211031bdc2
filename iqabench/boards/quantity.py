"""The quantities of a board: its columns as entries hold them, one for each set and level."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from iqabench.boards.column import ColumnFacts, Published


@dataclass(frozen=True)
class Quantity:
    """One column on one set at one level."""

    name: str
    """The column's name; with set and level where there are several: "psnr Set5", "psnr CBSD68 25"."""
    column: str
    facts: ColumnFacts = field(hash=False)
    set_word: str = ""
    """The word of the published figures for the set."""
    level_word: str = ""
    """The word of the published figures for the level."""
    set: str = ""
    """The name of the set here."""
    level: str = ""

    @property
    def address(self) -> str:
        """The set with its level, as a user types it."""
        return f"{self.set}_{self.level}" if self.level else self.set


def quantities_of(
    columns: Mapping[str, ColumnFacts],
    sets: Mapping[str, str],
    levels: Mapping[str, str],
    published: Published | None,
) -> dict[str, Quantity]:
    """Return all quantities of a board by name."""
    quantities = {}
    for name, column in columns.items():
        some_sets = _chosen(sets, column, column.set, bool(published and published.set))
        some_levels = _chosen(levels, column, column.level, bool(published and published.level))
        for set_word, here in some_sets.items():
            for level_word, level in some_levels.items():
                words = (
                    set_word if len(some_sets) > 1 else "",
                    level_word if len(some_levels) > 1 else "",
                )
                full = " ".join(part for part in (name, *words) if part)
                quantities[full] = Quantity(full, name, column, set_word, level_word, here, level)
    return quantities


def _chosen(
    known: Mapping[str, str], column: ColumnFacts, one: str, row_each: bool
) -> Mapping[str, str]:
    """Return the sets or levels that a column is measured on; a column without any has the empty word."""
    if one:
        return {word: here for word, here in known.items() if one in (word, here)} or {one: one}
    elsewhere = column.probe or column.agreement
    split = column.metric or (row_each and not elsewhere)
    return known if known and split else {"": ""}
