"""A board as data for its page: a table for each track, and whether the printed scores and ranks follow."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from iqabench.boards import (
    Board,
    BoardEntry,
    BoundedValue,
    Correction,
    Standing,
    Standings,
    Track,
    corrected_standings,
    corrections,
    entries_of,
    standings,
)
from iqabench.boards.check import Check, check
from iqabench.report.data.aggregate import Results
from iqabench.report.data.board_columns import BoardCell, BoardColumn, columns_of
from iqabench.report.data.board_differences import StoredValues


@dataclass(frozen=True)
class BoardRow:
    """One entry in one track."""

    number: int
    """Number of the row, the same in every track."""
    entry: BoardEntry
    rank: int | None
    """Printed rank, otherwise the computed one; None for entries that are not ranked."""
    tied: bool
    worked_out: Standing | None
    failed: tuple[str, ...]
    """Gates that the entry does not meet, in words."""
    unchecked: tuple[str, ...]
    """Gates that could not be checked, in words."""
    cells: tuple[BoardCell | None, ...]
    corrected: Standing | None = None
    """The standing with the board's errata put in; None where nothing is corrected."""

    @property
    def correction(self) -> str:
        """The rank with the errata put in, in words, where it is another."""
        by = self.corrected
        return "" if by is None or by.rank == self.rank else f"corrected: {by.rank}"

    @property
    def is_own(self) -> bool:
        """True for a model that was measured here and never published."""
        return not self.entry.line

    @property
    def room(self) -> str:
        """Ranks that the printed digits allow, when they allow several or another one than the printed
        rank.
        """
        by = self.worked_out
        if by is None or (by.best, by.worst) == (self.rank, self.rank):
            return ""
        return f"{by.best} to {by.worst}" if by.best < by.worst else f"follows: {by.rank}"


@dataclass(frozen=True)
class BoardTable:
    """The table of one track; a board without tracks has one table without ranks."""

    track: Track | None
    rows: tuple[BoardRow, ...]

    @property
    def has_gates(self) -> bool:
        """True when a row failed a gate or could not be checked against one."""
        return any(row.failed or row.unchecked for row in self.rows)

    @property
    def leaders(self) -> list[BoardRow]:
        """Rows with rank 1."""
        return [row for row in self.rows if row.rank == 1]


@dataclass(frozen=True)
class BoardReport:
    """Everything that a report says about one board."""

    board: Board
    columns: tuple[BoardColumn, ...]
    tables: tuple[BoardTable, ...]
    checks: tuple[Check, ...]
    measured: tuple[str, ...]
    """Models with a value of any column in the store."""
    found: Standings
    """Scores and ranks as they were computed here."""
    corrections: tuple[Correction, ...] = ()
    """Figures that are others when the board's errata are put in."""

    @property
    def entries(self) -> int:
        """Number of published entries."""
        return sum(not row.is_own for row in self.tables[0].rows)

    @property
    def track_titles(self) -> list[str]:
        """Titles of all tracks."""
        return [track.title or track.name for track in self.board.tracks]

    @property
    def own(self) -> bool:
        """True when the tables have models that were measured here and never published."""
        return any(row.is_own for row in self.tables[0].rows)

    @cached_property
    def verdicts(self) -> dict[str, int]:
        """Number of measured cells for each verdict: within tolerance, out of it, known."""
        cells = (c for row in self.tables[0].rows for c in row.cells if c)
        return dict(Counter(cell.kind for cell in cells if cell.kind))

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Heads above the columns with the number of columns below each; empty when no column has one."""
        found: list[tuple[str, int]] = []
        for column in self.columns:
            same = found and found[-1][0] == column.group
            found[-1:] = (
                [(column.group, found[-1][1] + 1)] if same else [*found[-1:], (column.group, 1)]
            )
        return found if any(name for name, _ in found) else []

    @property
    def follows(self) -> dict[str, int]:
        """Number of published scores and ranks for each verdict of their check."""
        return dict(Counter(one.verdict for one in self.checks))

    @property
    def odd(self) -> list[Check]:
        """Checks whose verdict is not `equal`."""
        return [one for one in self.checks if one.verdict != "equal"]


def board_report(results: Results, board: Board) -> BoardReport | None:
    """Return the report of a board; None when nothing was published and nothing measured.

    Raises: FactsError when its published figures cannot be read.
    """
    here = StoredValues.of(results, board)
    published = entries_of(board)
    entries = [*published, *_own(board, published, here)]
    if not entries:
        return None
    found = _worked_out(board, published or entries)
    right = _corrected(board, published)
    columns = columns_of(board, entries, here, found, right)
    both = found, right
    tables = [_table(board, track, entries, columns, both) for track in board.tracks or (None,)]
    return BoardReport(
        board,
        tuple(columns),
        tuple(tables),
        tuple(check(board, published) if published else []),
        tuple(here.models),
        found,
        tuple(corrections(board, published)),
    )


def board_reports(results: Results, boards: Iterable[Board]) -> list[BoardReport]:
    """Return the reports of all boards with anything in them, by name."""
    made = (board_report(results, board) for board in sorted(boards, key=lambda b: b.name))
    return [page for page in made if page is not None]


def _own(board: Board, published: Sequence[BoardEntry], here: StoredValues) -> list[BoardEntry]:
    """Return entries for models that were measured here and stand in no published row."""
    there = {name for entry in published for name in entry.models.values() or [entry.name]}
    own = [BoardEntry(model, models={"": model}) for model in here.models if model not in there]
    if not published:
        for entry in own:
            entry.values = _values(board, here, entry.name)
    return own


def _values(board: Board, here: StoredValues, model: str) -> dict[str, BoundedValue]:
    """Return the values by which a board without published figures ranks; costs are those of the first
    device.
    """
    found = {}
    for name, quantity in board.quantities.items():
        for device in here.devices(quantity)[:1]:
            if (one := here.value(model, quantity, device)) is not None:
                found[name] = one.value
    return found


def baseline_of(board: Board, entries: Iterable[BoardEntry]) -> BoardEntry | None:
    """Return the entry that ratios are to: the one that the board names, else its model's."""
    by_name = {entry.name: entry for entry in entries}
    named = (board.baseline, *board.models_of(board.baseline).values())
    return next((by_name[name] for name in named if name in by_name), None)


def _worked_out(board: Board, entries: Sequence[BoardEntry]) -> Standings:
    return standings(board, entries, baseline_of(board, entries))


def _corrected(board: Board, published: Sequence[BoardEntry]) -> Standings | None:
    """Return scores and ranks with the board's errata put in; None where nothing is corrected."""
    return corrected_standings(board, published, baseline_of(board, published))


def _table(
    board: Board,
    track: Track | None,
    entries: Sequence[BoardEntry],
    columns: Sequence[BoardColumn],
    both: tuple[Standings, Standings | None],
) -> BoardTable:
    rows = [_row(board, track, one, columns, both) for one in enumerate(entries)]
    shared = Counter(row.rank for row in rows)
    rows = [
        BoardRow(**{**vars(r), "tied": r.rank is not None and shared[r.rank] > 1}) for r in rows
    ]
    return BoardTable(
        track, tuple(sorted(rows, key=lambda r: (r.rank is None, r.rank or 0, r.is_own)))
    )


def _row(
    board: Board,
    track: Track | None,
    numbered: tuple[int, BoardEntry],
    columns: Sequence[BoardColumn],
    both: tuple[Standings, Standings | None],
) -> BoardRow:
    (found, right), (number, entry) = both, numbered
    standing = found.of(entry.name, track.name) if track else None
    rank = entry.ranks.get(track.name) if track else None
    if rank is None and standing is not None:
        rank = standing.rank
    gates = (*board.gates, *(track.gates if track else ()))
    judged = found.judge(gates, entry) if entry.line or entry.values else None
    return BoardRow(
        number,
        entry,
        rank,
        False,
        standing,
        judged.failed if judged else (),
        tuple(gate.words for gate in judged.unchecked) if judged else (),
        tuple(column.cell(entry) for column in columns),
        right.of(entry.name, track.name) if right and track else None,
    )
