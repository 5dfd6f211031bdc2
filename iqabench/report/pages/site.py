"""A report as one static folder: it opens from disk, without a network, and is the same byte for byte.

OUT/index.html            the sets and who leads, the devices
OUT/SET-LEVEL.html        one page for each setting
OUT/cost-DEVICE.html      one page for each device on which costs were measured
OUT/model-NAME.html       one page for each model
OUT/samples-SET-LEVEL.html  pictures of a setting under a slider
OUT/explorer.html         any column against any
OUT/board-NAME.html       one page for each board
OUT/index.json            all numbers, as index.schema.json describes them
OUT/tables/ plots/        the same tables as CSV, Markdown and LaTeX, the same plots as SVG
OUT/per-image/            every single value as CSV
OUT/crops/                small cuts, named by their content
OUT/report.json           the files that this report consists of
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from iqabench.boards import Board, boards
from iqabench.report.data import labels
from iqabench.report.data.aggregate import Results
from iqabench.report.data.cost_columns import cost_columns, device_titles, shown_columns
from iqabench.report.data.cost_tables import CostTable
from iqabench.report.data.devices import Device, devices_of
from iqabench.report.data.first_front import first_front
from iqabench.report.data.per_image import failures, per_image
from iqabench.report.data.provenance import RunProvenance
from iqabench.report.data.tables import Table, tables_of
from iqabench.report.data.variants import variant_comparisons
from iqabench.report.pages import cost_page
from iqabench.report.pages.board_page import board_pages
from iqabench.report.pages.board_provenance import VERDICTS, board_dialogs, keys_of_checks
from iqabench.report.pages.explorer import write_explorer
from iqabench.report.pages.explorer_points import explorer_of
from iqabench.report.pages.figure_sources import FigureSources
from iqabench.report.pages.json_index import write_index
from iqabench.report.pages.model_pages import model_names, write_models
from iqabench.report.pages.overview import groups, summary
from iqabench.report.pages.per_image_file import write_samples
from iqabench.report.pages.provenance_dialogs import ProvenanceDialogs
from iqabench.report.pages.report_folder import new_folder
from iqabench.report.pages.sample_pages import write_sample_pages
from iqabench.report.pages.write import TITLE
from iqabench.report.plots.latency_plots import latency_plots
from iqabench.report.plots.sample_crops import sample_crops
from iqabench.report.plots.set_plots import set_plots, title_of
from iqabench.report.plots.sweeps import sweeps_of
from iqabench.report.statistics import RESAMPLES
from iqabench.report.statistics.column_order import MOST_MODELS, column_orders
from iqabench.report.statistics.intervals import Intervals
from iqabench.report.text import figures
from iqabench.report.text.cost_formats import cost_csv, cost_latex, cost_markdown
from iqabench.report.text.page_names import board_slugs_of, model_slugs_of, slugs_of
from iqabench.report.text.protocol_text import protocol_text
from iqabench.report.text.table_formats import as_csv, as_latex, as_markdown
from iqabench.store import Store

TASKS = {"sr": "Super-resolution", "denoise": "Denoising", "jpeg": "JPEG artefact removal"}

_FORMS: dict[str, Callable[[Table], str]] = {"csv": as_csv, "md": as_markdown, "tex": as_latex}
_COST_FORMS: dict[str, Callable[[CostTable], str]] = {
    "csv": cost_csv,
    "md": cost_markdown,
    "tex": cost_latex,
}
_ASSETS = (
    "report.css",
    "report.js",
    "plots.js",
    "behind.js",
    "boards.js",
    "explorer.js",
    "samples.js",
)


def write_report(
    store: Store,
    out: Path,
    *,
    title: str = TITLE,
    outputs: Path | None = None,
    among: Sequence[Board] | None = None,
) -> list[Path]:
    """Write a store's report; an older report in `out` is replaced, anything else is left alone.

    `outputs` is a folder of whole outputs that runs saved: where they are found, samples are shown whole.
    `among` are the boards that have pages; without it all that are known by name.

    Returns: the pages, the index first.
    Raises: StoreError when the store is empty, or `out` holds other files or cannot be written; FactsError
        for boards with mistakes.
    """
    with Results(store) as results:
        some = [*boards().values()] if among is None else among
        writer = _Writer(results, title, outputs, some)
        with new_folder(out) as folder:
            writer.write(folder)
    return [out / "index.html", *(out / f"{slug}.html" for slug in writer.slugs)]


class _Writer:
    """What all pages share."""

    def __init__(
        self, results: Results, title: str, outputs: Path | None, among: Sequence[Board]
    ) -> None:
        self.results, self.tables, self.devices = results, tables_of(results), devices_of(results)
        set_slugs, device_slugs = slugs_of(self.tables, self.devices)
        self.slugs = [*set_slugs, *device_slugs]
        self.by_table = {t.number: slug for t, slug in zip(self.tables, set_slugs, strict=True)}
        self.by_device = dict(zip((d.hash for d in self.devices), device_slugs, strict=True))
        self.provenance, self.outputs = RunProvenance(results), outputs
        self.intervals = Intervals(results)
        self.sources = FigureSources(results, self.provenance, self.intervals)
        self.by_model = model_slugs_of(model_names(results))
        self.boards = board_pages(results, among)
        self.by_board = board_slugs_of(page.board.name for page in self.boards)
        self.environment = Environment(
            loader=PackageLoader("iqabench.report.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals.update(
            title=title,
            slugs=self.by_table,
            device_slugs=self.by_device,
            model_slugs=self.by_model,
            explored=False,
            sample_slugs={},
            figure=figures.figure,
            parameters=figures.parameters,
            cost_number=figures.cost_number,
            cost_figure=figures.cost_figure,
            short_unit=figures.short_unit,
            level_title=labels.level_title,
            setting_title=labels.setting_title,
            metric_title=labels.metric_title,
            cost_title=labels.cost_title,
            tasks=TASKS,
            interval_of=self.intervals.of,
            board_slugs=self.by_board,
        )

    def write(self, folder: Path) -> None:
        """Write everything into the folder."""
        self.folder = folder
        for name in ("tables", "plots", "per-image"):
            (folder / name).mkdir()
        for asset in _ASSETS:
            self._file(asset, self.environment.get_template(asset).render())
        self._more_pages()
        for table in self.tables:
            self._set_page(table, self.by_table[table.number])
        for device in self.devices:
            self._cost_page(device, self.by_device[device.hash])
        for page in self.boards:
            self._page(
                "board",
                self.by_board[page.board.name],
                page=page,
                verdict_words=VERDICTS,
                behind=board_dialogs(page, self.sources),
                odd_keys=keys_of_checks(page),
            )
        self._page(
            "index",
            summary=summary(self.results),
            groups=groups(self.tables),
            devices=self.devices,
            boards=self.boards,
            behind=ProvenanceDialogs(self.sources),
        )
        write_index(
            folder,
            {self.by_table[t.number]: t for t in self.tables},
            {self.by_device[d.hash]: d for d in self.devices},
            {self.by_board[page.board.name]: page for page in self.boards},
            self.intervals,
        )

    def _more_pages(self) -> None:
        """Pages that the others link to: models, samples, the explorer."""
        explorer = explorer_of(self.tables, self.devices, self.by_model)
        samples = write_sample_pages(
            self.sources, self.tables, self.by_table, self.folder, self._page, self.outputs
        )
        self.environment.globals.update(explored=explorer is not None, sample_slugs=samples)
        self.slugs += [*self.by_model.values(), *samples.values()]
        write_models(
            self.results, self.tables, self.devices, self.sources, self.by_model, self._page
        )
        if explorer is not None:
            write_explorer(explorer, self.folder, self._page)
            self.slugs.append("explorer")
        self.slugs += self.by_board.values()

    def _set_page(self, table: Table, slug: str) -> None:
        for suffix, form in _FORMS.items():
            self._file(f"tables/{slug}.{suffix}", form(table))
        write_samples(self.results, table, self.folder / "per-image" / f"{slug}.csv")
        every = cost_columns(table, (cost for device in self.devices for cost in device.costs))
        beside = shown_columns(every, table)
        titles = device_titles(beside)
        self._page(
            "set",
            slug,
            table=table,
            beside=beside,
            behind=ProvenanceDialogs(self.sources),
            device_titles=titles,
            title_of=lambda one: title_of(one, titles),
            front=first_front(table, beside),
            plots=set_plots(table, slug, beside, self._file),
            failures=failures(self.results, table),
            variants=variant_comparisons(self.results, table, beside),
            orders=column_orders(self.results, table, self.intervals),
            columns_of_order=len(table.columns),
            resamples=RESAMPLES,
            most=MOST_MODELS,
            has_intervals=self.intervals.wanted,
            comparisons=sample_crops(self.results, table, self.folder),
            per_image=per_image(self.results, table),
            runs=self.provenance.runs([table.number]),
            origins=self.provenance.origins(table),
            protocols=protocol_text(table.columns, table.setting.scale),
        )

    def _cost_page(self, device: Device, slug: str) -> None:
        for at, table in enumerate(device.tables):
            for suffix, form in _COST_FORMS.items():
                self._file(f"tables/{slug}-{at + 1}.{suffix}", form(table))
        self._page(
            "cost",
            slug,
            device=device,
            behind=ProvenanceDialogs(self.sources),
            latencies=latency_plots(device, slug, self._file),
            sweeps=sweeps_of(device, slug, self._file),
            failures=cost_page.cost_failures(device),
            notes=cost_page.cost_notes(device),
            warnings=cost_page.cost_warnings(device),
            timings=cost_page.timings(device),
            machine=cost_page.machine_of(device),
            facts_of=cost_page.facts_of,
            runs=self.provenance.runs(device.settings),
        )

    def _page(self, template: str, slug: str = "index", **values: object) -> None:
        page = self.environment.get_template(f"{template}.html").render(slug=slug, **values)
        self._file(f"{slug}.html", page)

    def _file(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8", newline="\n")
