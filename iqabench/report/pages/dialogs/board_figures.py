"""Dialogs of a board's figures: the row in print, the records, or a formula with its values."""

from collections.abc import Iterable
from dataclasses import dataclass

from iqabench.boards import BoundedValue
from iqabench.boards.check import Check
from iqabench.report.data.aggregate import Mean
from iqabench.report.data.board_columns import BoardCell, BoardColumn, printed
from iqabench.report.data.board_differences import PrintedDifference
from iqabench.report.data.board_formulas import Formulas
from iqabench.report.data.board_report import BoardReport, BoardRow, BoardTable
from iqabench.report.data.board_sources import PrintedSources
from iqabench.report.data.costs import MeasuredCost
from iqabench.report.data.provenance import Terms
from iqabench.report.pages.dialogs.figure_sources import FigureSources
from iqabench.report.pages.dialogs.provenance_dialogs import ProvenanceDialogs
from iqabench.report.text.figures import short_unit

VERDICTS = {
    "equal": "equal",
    "rounding": "within what the printed digits leave open",
    "erratum": "misprinted, as the board tells",
    "differs": "that do not follow",
}

FIRST = 2
"""Position of the first column in a row, behind the entry and its rank."""


def board_dialogs(page: BoardReport, sources: FigureSources) -> ProvenanceDialogs:
    """Return the dialogs of a board's page.

    A figure's key is its row's number and its place in the row, as 12-3; that of a rank names the track in
    between, as 12-0-1, since it has another in each.
    """
    behind, told = ProvenanceDialogs(sources), _CellProvenance(page, sources)
    for row in page.tables[0].rows:
        for at, (column, cell) in enumerate(zip(page.columns, row.cells, strict=True), FIRST):
            if cell is not None:
                behind.add(f"{row.number}-{at}", told.cell(row, column, cell))
    for at, table in enumerate(page.tables):
        for row in table.rows:
            if row.rank is not None:
                behind.add(f"{row.number}-{at}-1", told.rank(table, row))
    return behind


def keys_of_checks(page: BoardReport) -> list[str]:
    """Return the keys of the figures that the odd checks of a page are about."""
    rows = {row.entry.name: row.number for row in page.tables[0].rows}
    places = {column.name: str(at) for at, column in enumerate(page.columns, FIRST)}
    found = {f"score {name}": places.get(name, "") for name in page.board.scores}
    found |= {f"rank in {name}": places.get(name, "") for name in page.board.quantities}
    found |= {f"rank {track.name}": f"{at}-1" for at, track in enumerate(page.board.tracks)}
    return [f"{rows[one.entry]}-{found[one.what]}" for one in page.odd]


@dataclass
class _CellProvenance:
    """Writer of the blocks of one figure after the other."""

    page: BoardReport
    sources: FigureSources

    def __post_init__(self) -> None:
        self.board, self.printed = self.page.board, PrintedSources(self.page.board)
        self.formulas = Formulas(self.page)
        self.checks = {(one.entry, one.what): one for one in self.page.checks}
        self.source = self.printed.source

    def cell(self, row: BoardRow, column: BoardColumn, cell: BoardCell) -> list[Terms]:
        """Return the blocks of a figure in a column."""
        whose = (("Entry", row.entry.name),)
        if cell.comparison is not None:
            return [whose, *self.measured(row, column, cell.comparison)]
        if column.of in self.board.scores:
            return [whose, *self.score(row, column.of)]
        return [whose, *self.published(row, column)]

    def published(self, row: BoardRow, column: BoardColumn) -> list[Terms]:
        """Return the place where a figure was printed, and what is known to be wrong with it."""
        facts = self.board.quantities[column.of].facts
        place = row.entry.column_ranks.get(column.of)
        own = (("Rank in this column", f"{place}, as published" if place else ""),)
        about = (
            ("Figure", "as published"),
            ("Column", self._named(column)),
            ("In the file", facts.published),
        )
        return [
            about,
            own,
            self._erratum(row, column.of),
            self._remarks(row, column.of),
            self.printed.row(row.entry, column.of),
            self.source,
        ]

    def measured(self, row: BoardRow, column: BoardColumn, apart: PrintedDifference) -> list[Terms]:
        """Return the measured figure, its difference to the printed one, and its records."""
        unit = short_unit(self.board.quantities[column.of].facts.unit)
        given = row.entry.shown(column.of) if row.entry.line else None
        said = {True: "within tolerance", False: "out of tolerance", None: ""}[apart.within]
        own = (
            ("Figure", f"measured here: {apart.measured.value.value:.8g} {unit}".strip()),
            ("Made by", self._made_by(column.of)),
            ("Published", f"{printed(given)} {unit}".strip() if given else ""),
            ("Difference", f"{apart.difference:+.6g}" if apart.difference is not None else ""),
            ("Verdict", "; ".join(part for part in (said, apart.why) if part)),
        )
        about = (("Board's column", self._named(column)),)
        return [own, about, *self._records(apart.measured.record)]

    def score(self, row: BoardRow, name: str) -> list[Terms]:
        """Return a score's formula with its values, and the place where it was printed."""
        made, given = self.page.found.value(row.entry, name), row.entry.scores.get(name)
        title = self.board.scores[name].title
        own = (
            ("Score", f"{title}; {name}" if title else name),
            ("Published", printed(given) if given else ""),
            ("Worked out", _with_room(made) if made else "a part of it is missing"),
            *_verdict(self.checks.get((row.entry.name, f"score {name}"))),
        )
        blocks = [
            own,
            self._erratum(row, name),
            self._corrected(row, f"score {name}"),
            self.formulas.of(name),
            self.formulas.entered(row.entry, name),
        ]
        return [*blocks, self.printed.row(row.entry, name), self.source] if given else blocks

    def rank(self, table: BoardTable, row: BoardRow) -> list[Terms]:
        """Return what decides a track, and the part of it that was printed."""
        track = table.track
        assert track is not None  # nobody is ranked without one
        given, by = row.entry.ranks.get(track.name), row.worked_out
        own = (
            ("Entry", row.entry.name),
            ("Rank in", track.title or track.name),
            ("Published", str(given) if given is not None else ""),
            ("Worked out", _places(by.rank, by.best, by.worst) if by else ""),
            *_verdict(self.checks.get((row.entry.name, f"rank {track.name}"))),
            ("Decided by", f"{track.rank} = {self.formulas.value(row.entry, track.rank)}"),
        )
        known = (self._erratum(row, track.name), self._corrected(row, f"rank {track.name}"))
        blocks = [own, *known, self.formulas.of_track(track)]
        if track.rank in self.board.scores:
            blocks.append(self.formulas.of(track.rank))
        return [*blocks, self.printed.row(row.entry), self.source] if row.entry.line else blocks

    def _named(self, column: BoardColumn) -> str:
        title = ", ".join(part for part in (column.group, column.title) if part)
        return title if title == column.of else f"{title}; {column.of}"

    def _made_by(self, name: str) -> str:
        facts = self.board.quantities[name].facts
        said = ["root mean square over the images"] if facts.aggregate == "root_mean_square" else []
        said += [f"times {facts.factor:g}"] if facts.factor != 1 else []
        return ", ".join(said)

    def _erratum(self, row: BoardRow, of: str) -> Terms:
        known = self.board.erratum(row.entry.name, of)
        if known is None:
            return ()
        right = f" Right is {known.instead:g}." if known.instead is not None else ""
        return (("Erratum", f"{known.why}.{right}"),)

    def _remarks(self, row: BoardRow, of: str) -> Terms:
        quantity = self.board.quantities[of]
        found = self.board.remarks_on(row.entry.name, quantity)
        return tuple(("Remark", one.words) for one in found)

    def _corrected(self, row: BoardRow, what: str) -> Terms:
        """Return the figure with the board's errata put in, where it is another."""
        about = (c for c in self.page.corrections if (c.entry, c.what) == (row.entry.name, what))
        return tuple(("With the errata put in", one.words) for one in about if not one.why)

    def _records(self, record: Mean | MeasuredCost | None) -> Iterable[Terms]:
        if record is None:
            return ()
        return (
            self.sources.of_mean(record)
            if isinstance(record, Mean)
            else self.sources.of_cost(record)
        )


def _with_room(value: BoundedValue) -> str:
    if value.low == value.high:
        return f"{value.value:.8g}"
    return f"{value.value:.8g}; {value.low:.8g} to {value.high:.8g} within the printed digits"


def _places(rank: int, best: int, worst: int) -> str:
    return f"{rank}; {best} to {worst} within the printed digits" if best < worst else str(rank)


def _verdict(one: Check | None) -> Terms:
    if one is None:
        return ()
    said = VERDICTS[one.verdict].replace("that do not", "does not")
    return (("Verdict", f"{said}: {one.why}" if one.why else said),)
