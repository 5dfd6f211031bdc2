"""A board as a page: a table for each track, formulas in words, and whether what was printed follows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from iqabench.boards import (
    Board,
    BoardEntry,
    BoundedValue,
    Standing,
    Standings,
    Track,
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
    """Tells it from the other rows, in every track."""
    entry: BoardEntry
    rank: int | None
    """As it was printed, else as it was worked out; None for those who are not ranked."""
    tied: bool
    worked_out: Standing | None
    failed: tuple[str, ...]
    """Gates that it does not meet, in words."""
    unchecked: tuple[str, ...]
    """Gates that it could not be held against."""
    cells: tuple[BoardCell | None, ...]

    @property
    def is_own(self) -> bool:
        """Whether it was measured here and never published."""
        return not self.entry.line

    @property
    def room(self) -> str:
        """Ranks that the printed digits allow, where they allow several, or not the printed one."""
        by = self.worked_out
        if by is None or (by.best, by.worst) == (self.rank, self.rank):
            return ""
        return f"{by.best} to {by.worst}" if by.best < by.worst else f"follows: {by.rank}"


@dataclass(frozen=True)
class BoardTable:
    """One track; a board without tracks has one table without ranks."""

    track: Track | None
    rows: tuple[BoardRow, ...]

    @property
    def has_gates(self) -> bool:
        """Whether there is anything to say of gates."""
        return any(row.failed or row.unchecked for row in self.rows)

    @property
    def leaders(self) -> list[BoardRow]:
        """Who is first."""
        return [row for row in self.rows if row.rank == 1]


@dataclass(frozen=True)
class BoardReport:
    """Everything about one board."""

    board: Board
    columns: tuple[BoardColumn, ...]
    tables: tuple[BoardTable, ...]
    checks: tuple[Check, ...]
    measured: tuple[str, ...]
    """Models with a value of any column in the store."""
    found: Standings
    """Scores and ranks as they were worked out."""

    @property
    def entries(self) -> int:
        """How many were published."""
        return sum(not row.is_own for row in self.tables[0].rows)

    @property
    def track_titles(self) -> list[str]:
        """Of all tracks."""
        return [track.title or track.name for track in self.board.tracks]

    @property
    def own(self) -> bool:
        """Whether models stand in it that were measured here and never published."""
        return any(row.is_own for row in self.tables[0].rows)

    @cached_property
    def verdicts(self) -> dict[str, int]:
        """How many cells were measured within tolerance, and how many out of it."""
        cells = (c for row in self.tables[0].rows for c in row.cells if c)
        return dict(Counter(cell.kind for cell in cells if cell.kind))

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Heads above the columns, and over how many they stand; empty where no column has one."""
        found: list[tuple[str, int]] = []
        for column in self.columns:
            same = found and found[-1][0] == column.group
            found[-1:] = (
                [(column.group, found[-1][1] + 1)] if same else [*found[-1:], (column.group, 1)]
            )
        return found if any(name for name, _ in found) else []

    @property
    def follows(self) -> dict[str, int]:
        """How many published scores and ranks follow, and how many do not."""
        return dict(Counter(one.verdict for one in self.checks))

    @property
    def odd(self) -> list[Check]:
        """Those that are not simply equal."""
        return [one for one in self.checks if one.verdict != "equal"]


def board_report(results: Results, board: Board) -> BoardReport | None:
    """A board's page; None where nothing was published and nothing measured.

    Raises: FactsError when its published figures cannot be read.
    """
    here = StoredValues.of(results, board)
    published = entries_of(board)
    entries = [*published, *_own(board, published, here)]
    if not entries:
        return None
    found = _worked_out(board, published or entries)
    columns = columns_of(board, entries, here, found)
    tables = [_table(board, track, entries, columns, found) for track in board.tracks or (None,)]
    checks = check(board, published) if published else []
    return BoardReport(
        board, tuple(columns), tuple(tables), tuple(checks), tuple(here.models), found
    )


def board_reports(results: Results, boards: Iterable[Board]) -> list[BoardReport]:
    """Pages of all boards with anything in them, by name."""
    made = (board_report(results, board) for board in sorted(boards, key=lambda b: b.name))
    return [page for page in made if page is not None]


def _own(board: Board, published: Sequence[BoardEntry], here: StoredValues) -> list[BoardEntry]:
    """Models that were measured here and stand in no published row."""
    there = {model for entry in published for model in entry.models.values()}
    own = [BoardEntry(model, models={"": model}) for model in here.models if model not in there]
    if not published:
        for entry in own:
            entry.values = _values(board, here, entry.name)
    return own


def _values(board: Board, here: StoredValues, model: str) -> dict[str, BoundedValue]:
    """What a board without published figures ranks by; of costs those of the first device alone."""
    found = {}
    for name, quantity in board.quantities.items():
        for device in here.devices(quantity)[:1]:
            if (one := here.value(model, quantity, device)) is not None:
                found[name] = one.value
    return found


def baseline_of(board: Board, entries: Iterable[BoardEntry]) -> BoardEntry | None:
    """To whom ratios are: the entry that the board names so, else its model."""
    by_name = {entry.name: entry for entry in entries}
    named = (board.baseline, *board.models_of(board.baseline).values())
    return next((by_name[name] for name in named if name in by_name), None)


def _worked_out(board: Board, entries: Sequence[BoardEntry]) -> Standings:
    return standings(board, entries, baseline_of(board, entries))


def _table(
    board: Board,
    track: Track | None,
    entries: Sequence[BoardEntry],
    columns: Sequence[BoardColumn],
    found: Standings,
) -> BoardTable:
    rows = [_row(board, track, one, columns, found) for one in enumerate(entries)]
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
    found: Standings,
) -> BoardRow:
    number, entry = numbered
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
    )
