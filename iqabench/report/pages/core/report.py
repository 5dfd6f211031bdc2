"""The state that all pages of one report share: results, tables, addresses of sheets, the folder."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from iqabench.boards import Board
from iqabench.report.data.aggregate import Results
from iqabench.report.data.agreement import OpinionAgreement, agreements_of
from iqabench.report.data.board_report import board_reports
from iqabench.report.data.devices import devices_of
from iqabench.report.data.provenance import RunProvenance
from iqabench.report.data.tables import tables_of
from iqabench.report.pages.dialogs.figure_sources import FigureSources
from iqabench.report.pages.dialogs.provenance_dialogs import ProvenanceDialogs
from iqabench.report.statistics.intervals import Intervals
from iqabench.report.text.page_names import slugs_of


@dataclass(frozen=True)
class PageFailure:
    """A page that could not be made, and why."""

    page: str
    title: str
    reason: str


@dataclass
class Report:
    """A report while it is written.

    Raises: StoreError when the store is empty; FactsError for boards with mistakes.
    """

    results: Results
    folder: Path
    """Folder of the report; files that a page writes go here."""
    title: str
    outputs: Path | None = None
    """Folder of whole outputs that runs saved."""
    among: Sequence[Board] = ()
    """Boards that may have a page."""
    failures: list[PageFailure] = field(default_factory=list)
    reserved: frozenset[str] = frozenset()
    """Names of pages, which no set's file name may take."""

    def __post_init__(self) -> None:
        self.tables, self.devices = tables_of(self.results), devices_of(self.results)
        self.agreements: list[OpinionAgreement] = agreements_of(self.results)
        self.boards = board_reports(self.results, self.among)
        self.provenance, self.intervals = RunProvenance(self.results), Intervals(self.results)
        self.sources = FigureSources(self.results, self.provenance, self.intervals)
        sets, devices = slugs_of(self.tables, self.devices, self.reserved)
        self.set_slugs = {t.number: slug for t, slug in zip(self.tables, sets, strict=True)}
        self.device_slugs = {d.hash: slug for d, slug in zip(self.devices, devices, strict=True)}
        self._slugs: dict[str, dict[object, str]] = {}

    def dialogs(self) -> ProvenanceDialogs:
        """Return an empty collection of the dialogs that say where the figures of a sheet come from."""
        return ProvenanceDialogs(self.sources)

    def add_slug(self, page: str, subject: object, slug: str) -> None:
        """Make a sheet known under its page and its subject."""
        self._slugs.setdefault(page, {})[subject] = slug

    def slugs(self, page: str) -> dict[object, str]:
        """Return the file names, without suffix, of a page's sheets by their subjects."""
        return self._slugs.get(page, {})

    def page_of(self, page: str, subject: object = None) -> str:
        """Return the address of a sheet; empty when there is none."""
        slug = self.slugs(page).get(subject)
        return f"{slug}.html" if slug else ""

    def write(self, name: str, text: str) -> None:
        """Write a text file of the report; `name` is relative to its folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
