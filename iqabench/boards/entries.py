"""The published rows of a board, read from its CSV."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from iqabench.boards.board import EVERY_LEVEL, Board
from iqabench.boards.quantity import Quantity
from iqabench.boards.rows import NOTHING, CsvRow, rows_of
from iqabench.boards.values import BoundedValue
from iqabench.errors import FactsError
from iqabench.facts import line_of


@dataclass
class BoardEntry:
    """The published figures of one team or method."""

    name: str
    line: int = 0
    """The line in the CSV, for messages; 0 for what was measured here."""
    values: dict[str, BoundedValue] = field(default_factory=dict)
    """Values by quantity: "psnr", or "psnr Set5" where a board has several sets."""
    apart: dict[str, BoundedValue] = field(default_factory=dict)
    """Printed values by quantity that compare with nothing: their protocol is another one, or not known."""
    scores: dict[str, BoundedValue] = field(default_factory=dict)
    """Printed scores."""
    ranks: dict[str, int] = field(default_factory=dict)
    """Printed ranks, by track."""
    column_ranks: dict[str, int] = field(default_factory=dict)
    """Printed ranks, by quantity."""
    lines: dict[str, int] = field(default_factory=dict)
    """The line in the CSV of each of these values and scores."""
    ranked: bool = True
    """True when the organisers ranked it."""
    number: int | None = None
    """The number of its submission in the organisers' repository, where it is known."""
    models: dict[str, str] = field(default_factory=dict)
    """Its ids here, if it is registered, by the word for a level or a set, or by the empty word where one is
    made for all."""

    @property
    def model(self) -> str:
        """Its id here, the first where it has several; empty if it is not registered."""
        return next(iter(self.models.values()), "")

    def printed(self, of: str) -> BoundedValue | None:
        """Return the printed figure of a column or score, or the rank in a track; None without one."""
        rank = self.ranks.get(of)
        return (
            self.shown(of)
            or self.scores.get(of)
            or (BoundedValue.exact(float(rank)) if rank is not None else None)
        )

    def shown(self, quantity: str) -> BoundedValue | None:
        """Return the value in a quantity, whether it compares or not; None without one."""
        return self.values.get(quantity) or self.apart.get(quantity)

    def model_for(self, quantity: Quantity) -> str:
        """Return its id here at the level, or on the set, of a quantity; it is empty if there is none."""
        words = (quantity.level_word, quantity.set_word, EVERY_LEVEL)
        return next((self.models[word] for word in words if word in self.models), "")


def published_file(board: Board) -> Path:
    """Return the CSV with the published figures."""
    assert board.published is not None
    beside = board.file.parent / board.published.file
    return beside if beside.is_file() else board.file.parent / "published" / board.published.file


def entries_of(board: Board) -> list[BoardEntry]:
    """Return the published entries; there are none where a board has no published figures.

    Raises: FactsError with file and line for missing columns, cells that are no numbers, two rows of one
        thing, models or a baseline that no row names, and gates that nobody can be held against.
    """
    if board.published is None:
        return []
    path = published_file(board)
    entries: dict[str, BoardEntry] = {}
    seen: dict[tuple[str, str, str], int] = {}
    for row in rows_of(path, _wanted(board), board.file):
        if any(row.cells[name] != value for name, value in board.published.where.items()):
            continue
        name, about = _about(board, row)
        if about in seen:
            raise FactsError(
                f"{row.at}: a second row of {' '.join(filter(None, about))}; the first is in "
                f"line {seen[about]}."
            )
        seen[about] = row.line
        entry = entries.setdefault(name, _entry(board, row, name))
        _read(board, entry, row, about)
    _check_names(board, entries, path)
    _check_errata(board, entries, path)
    _check_gates(board, entries)
    return list(entries.values())


def _entry(board: Board, row: CsvRow, name: str) -> BoardEntry:
    assert board.published is not None
    column = board.published.number
    begins = re.match(r"-?\d+", row.cells[column] if column else name)
    return BoardEntry(
        name, row.line, number=int(begins[0]) if begins else None, models=board.models_of(name)
    )


def _wanted(board: Board) -> list[str]:
    """Return the columns of the CSV that the board names."""
    assert board.published is not None
    named = [*board.published.columns]
    named += [column.published for column in board.columns.values()]
    named += [column.published_rank for column in board.columns.values()]
    named += [score.published for score in board.scores.values()]
    named += [track.published for track in board.tracks]
    return [name for name in named if name]


def _about(board: Board, row: CsvRow) -> tuple[str, tuple[str, str, str]]:
    """Return the entry's name, and with it the words for the set and the level of a row.

    Raises: FactsError for sets and levels that the board does not have.
    """
    assert board.published is not None
    first, *others = (row.cells[name] for name in board.published.entry_columns)
    name = f"{first} ({', '.join(others)})" if others else first
    if not first:
        raise FactsError(f"{row.at}: {board.published.entry_columns[0]} is empty; expected a name.")
    words: list[str] = []
    for column, known in (
        (board.published.set, board.sets),
        (board.published.level, board.levels),
    ):
        words.append(row.cells[column] if column else "")
        if column and words[-1] not in known:
            raise FactsError(
                f"{row.at}: '{words[-1]}' in {column} is none that {board.file} has: {', '.join(known)}."
            )
    return name, (name, words[0], words[1])


def _read(board: Board, entry: BoardEntry, row: CsvRow, about: tuple[str, str, str]) -> None:
    assert board.published is not None
    for quantity in _quantities(board, about):
        column = quantity.facts
        if (value := row.number(column.published, column.digits)) is not None:
            apart = board.is_apart(entry.name, quantity)
            (entry.apart if apart else entry.values).setdefault(quantity.name, value)
            entry.lines.setdefault(quantity.name, row.line)
        if (value := row.number(column.published_rank, 0)) is not None:
            entry.column_ranks.setdefault(quantity.name, int(value.value))
    for name, score in board.scores.items():
        if (value := row.number(score.published)) is not None:
            entry.scores[name] = value
            entry.lines[name] = row.line
    for track in board.tracks:
        if (value := row.number(track.published, 0)) is not None:
            entry.ranks[track.name] = int(value.value)
    if board.published.ranked:
        entry.ranked = row.cells[board.published.ranked] not in NOTHING


def _quantities(board: Board, about: tuple[str, str, str]) -> Iterator[Quantity]:
    """Yield the quantities that a row of this set and level holds."""
    _, of_set, of_level = about
    for quantity in board.quantities.values():
        same_set = not of_set or quantity.set_word in ("", of_set)
        if same_set and (not of_level or quantity.level_word in ("", of_level)):
            yield quantity


def _check_names(board: Board, entries: dict[str, BoardEntry], path: Path) -> None:
    named: list[tuple[tuple[str | int, ...], str]] = [(("models", n), n) for n in board.models]
    named += [(("baseline",), board.baseline)] if board.baseline else []
    named += [(("errata", at, "entry"), e.entry) for at, e in enumerate(board.errata)]
    named += [
        (("columns", name, "metric_of"), entry)
        for name, column in board.columns.items()
        for entry in column.metric_of
    ]
    named += [
        (("remarks", at, "entries"), pattern)
        for at, remark in enumerate(board.remarks)
        for pattern in remark.entries
        if not any(remark.is_of(name) for name in entries)
    ]
    messages = [
        f"{board.file}:{line_of(board.file, at)}: {at[0]} names '{name}', who has no row in {path}."
        for at, name in named
        if name not in entries
    ]
    if messages:
        raise FactsError("\n".join(messages))


def _check_errata(board: Board, entries: dict[str, BoardEntry], path: Path) -> None:
    """Refuse an erratum that corrects what was not printed, or into what was printed."""
    messages = []
    for at, erratum in enumerate(board.errata):
        if erratum.instead is None:
            continue
        printed = entries[erratum.entry].printed(erratum.of)
        what = f"{erratum.of} of '{erratum.entry}'"
        if printed is None:
            why = f"corrects {what}, for which {path} prints nothing"
        elif printed.low <= erratum.instead <= printed.high:
            why = f"corrects {what} to {erratum.instead:g}, and {path} prints {printed.value:g}"
        else:
            continue
        messages.append(
            f"{board.file}:{line_of(board.file, ('errata', at, 'instead'))}: errata.{at} {why}."
        )
    if messages:
        raise FactsError("\n".join(messages))


def _check_gates(board: Board, entries: dict[str, BoardEntry]) -> None:
    """Refuse a gate that no entry can be checked against: it is a mistake of the board."""
    placed = [(("gates", at, "of"), g) for at, g in enumerate(board.gates)]
    placed += [
        (("tracks", n, "gates", at, "of"), g)  # type: ignore[misc]
        for n, track in enumerate(board.tracks)
        for at, g in enumerate(track.gates)
    ]
    for at, gate in placed:
        quantity = board.quantities.get(gate.of)
        if quantity is None or quantity.facts.measurable:
            continue
        if not any(gate.of in entry.values for entry in entries.values()):
            raise FactsError(
                f"{board.file}:{line_of(board.file, at)}: a gate on '{gate.of}', which no entry was "
                "measured for: no row has a figure, and it cannot be measured here."
            )
