"""A report as one static folder: it opens from disk, without a network, and is the same byte for byte.

OUT/index.html            the sets and who leads, the devices
OUT/SET-LEVEL.html        one page for each setting
OUT/cost-DEVICE.html      one page for each device on which costs were measured
OUT/tables/ plots/        the same tables as CSV, Markdown and LaTeX, the same plots as SVG
OUT/per-image/            every single value as CSV
OUT/crops/                small cuts, named by their content
OUT/report.json           the files that this report consists of
"""

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from iqabench.report import cost_page, figures, labels
from iqabench.report.aggregate import Results
from iqabench.report.beside import besides, device_titles, shown
from iqabench.report.cost_forms import cost_csv, cost_latex, cost_markdown
from iqabench.report.cost_tables import CostTable
from iqabench.report.cuts import comparisons
from iqabench.report.devices import Device, devices_of
from iqabench.report.first_front import first_front
from iqabench.report.folder import new_folder
from iqabench.report.forms import as_csv, as_latex, as_markdown
from iqabench.report.overview import groups, summary
from iqabench.report.per_image import failures, per_image, write_samples
from iqabench.report.provenance import Provenance
from iqabench.report.set_plots import set_plots, title_of
from iqabench.report.slugs import slugs_of
from iqabench.report.sweeps import sweeps_of
from iqabench.report.tables import Table, tables_of
from iqabench.report.variants import beside_parents
from iqabench.report.words import protocol_words
from iqabench.store import Store

TITLE = "Image restoration benchmark"
TASKS = {"sr": "Super-resolution", "denoise": "Denoising", "jpeg": "JPEG artefact removal"}

_FORMS: dict[str, Callable[[Table], str]] = {"csv": as_csv, "md": as_markdown, "tex": as_latex}
_COST_FORMS: dict[str, Callable[[CostTable], str]] = {
    "csv": cost_csv, "md": cost_markdown, "tex": cost_latex,
}  # fmt: skip
_ASSETS = ("report.css", "report.js", "plots.js")


def write_report(store: Store, out: Path, *, title: str = TITLE) -> list[Path]:
    """Write a store's report; an older report in `out` is replaced, anything else is left alone.

    Returns: the pages, the index first.
    Raises: StoreError when the store is empty, or `out` holds other files or cannot be written.
    """
    with Results(store) as results:
        writer = _Writer(results, title)
        with new_folder(out) as folder:
            writer.write(folder)
    return [out / "index.html", *(out / f"{slug}.html" for slug in writer.slugs)]


class _Writer:
    """What all pages share."""

    def __init__(self, results: Results, title: str) -> None:
        self.results, self.tables, self.devices = results, tables_of(results), devices_of(results)
        set_slugs, device_slugs = slugs_of(self.tables, self.devices)
        self.slugs = [*set_slugs, *device_slugs]
        self.by_table = {t.number: slug for t, slug in zip(self.tables, set_slugs, strict=True)}
        self.by_device = dict(zip((d.hash for d in self.devices), device_slugs, strict=True))
        self.provenance = Provenance(results)
        self.environment = Environment(
            loader=PackageLoader("iqabench.report"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self.environment.globals.update(
            title=title, slugs=self.by_table, device_slugs=self.by_device, figure=figures.figure,
            parameters=figures.parameters, cost_number=figures.cost_number,
            cost_figure=figures.cost_figure, short_unit=figures.short_unit,
            level_title=labels.level_title, setting_title=labels.setting_title,
            metric_title=labels.metric_title, cost_title=labels.cost_title, tasks=TASKS,
        )  # fmt: skip

    def write(self, folder: Path) -> None:
        """Write everything into the folder."""
        self.folder = folder
        for name in ("tables", "plots", "per-image"):
            (folder / name).mkdir()
        for asset in _ASSETS:
            self._file(asset, self.environment.get_template(asset).render())
        for table in self.tables:
            self._set_page(table, self.by_table[table.number])
        for device in self.devices:
            self._cost_page(device, self.by_device[device.hash])
        self._page(
            "index", summary=summary(self.results), groups=groups(self.tables), devices=self.devices
        )

    def _set_page(self, table: Table, slug: str) -> None:
        for suffix, form in _FORMS.items():
            self._file(f"tables/{slug}.{suffix}", form(table))
        write_samples(self.results, table, self.folder / "per-image" / f"{slug}.csv")
        every = besides(table, (cost for device in self.devices for cost in device.costs))
        beside = shown(every, table)
        titles = device_titles(beside)
        self._page(
            "set", slug, table=table, beside=beside, device_titles=titles,
            title_of=lambda one: title_of(one, titles), front=first_front(table, beside),
            plots=set_plots(table, slug, beside, self._file), failures=failures(self.results, table),
            variants=beside_parents(self.results, table, beside),
            comparisons=comparisons(self.results, table, self.folder),
            per_image=per_image(self.results, table), runs=self.provenance.runs([table.number]),
            origins=self.provenance.origins(table),
            protocols=protocol_words(table.columns, table.setting.scale),
        )  # fmt: skip

    def _cost_page(self, device: Device, slug: str) -> None:
        for at, table in enumerate(device.tables):
            for suffix, form in _COST_FORMS.items():
                self._file(f"tables/{slug}-{at + 1}.{suffix}", form(table))
        self._page(
            "cost", slug, device=device, latencies=cost_page.latency_plots(device, slug, self._file),
            sweeps=sweeps_of(device, slug, self._file), failures=cost_page.cost_failures(device),
            notes=cost_page.cost_notes(device), warnings=cost_page.cost_warnings(device),
            timings=cost_page.timings(device), machine=cost_page.machine_of(device),
            facts_of=cost_page.facts_of, runs=self.provenance.runs(device.settings),
        )  # fmt: skip

    def _page(self, template: str, slug: str = "index", **values: object) -> None:
        page = self.environment.get_template(f"{template}.html").render(slug=slug, **values)
        self._file(f"{slug}.html", page)

    def _file(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8", newline="\n")
