"""A report as one static folder: it opens from disk, without a network, and is the same byte for byte.

OUT/index.html            the sets and who leads
OUT/SET-LEVEL.html        one page for each setting
OUT/tables/ plots/        the same tables as CSV, Markdown and LaTeX, the same plots as SVG
OUT/per-image/            every single value as CSV
OUT/crops/                small cuts, named by their content
OUT/report.json           the files that this report consists of
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from iqabench.report import figures, labels
from iqabench.report._svg import for_file, for_page
from iqabench.report.aggregate import Results
from iqabench.report.cuts import comparisons
from iqabench.report.folder import new_folder
from iqabench.report.forms import as_csv, as_latex, as_markdown
from iqabench.report.overview import groups, summary
from iqabench.report.per_image import failures, per_image, write_samples
from iqabench.report.plots import Point, can_plot, quality_plot
from iqabench.report.provenance import Provenance
from iqabench.report.tables import Table, tables_of
from iqabench.report.words import protocol_words
from iqabench.store import Store, file_name

TITLE = "Image restoration benchmark"
TASKS = {"sr": "Super-resolution", "denoise": "Denoising", "jpeg": "JPEG artefact removal"}

_FORMS: dict[str, Callable[[Table], str]] = {"csv": as_csv, "md": as_markdown, "tex": as_latex}
_ASSETS = ("report.css", "report.js")


@dataclass(frozen=True)
class Plot:
    """One column's plot: to stand in the page, and as a file."""

    label: str
    svg: Markup
    href: str
    summary: str
    """The same in words, for those who cannot see it."""


def write_report(store: Store, out: Path, *, title: str = TITLE) -> list[Path]:
    """Write a store's report; an older report in `out` is replaced, anything else is left alone.

    Returns: the pages, the index first.
    Raises: StoreError when the store is empty, or `out` holds other files or cannot be written.
    """
    with Results(store) as results:
        tables = tables_of(results)
        slugs = _slugs(tables)
        with new_folder(out) as folder:
            _Writer(results, tables, slugs, folder, title).write()
    return [out / "index.html", *(out / f"{slugs[t.number]}.html" for t in tables)]


class _Writer:
    """What all pages share."""

    def __init__(
        self, results: Results, tables: list[Table], slugs: dict[int, str], folder: Path, title: str
    ) -> None:
        self.results, self.tables, self.slugs, self.folder = results, tables, slugs, folder
        self.provenance = Provenance(results)
        self.environment = Environment(
            loader=PackageLoader("iqabench.report"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self.environment.globals.update(
            title=title, slugs=slugs, figure=figures.figure, parameters=figures.parameters,
            level_title=labels.level_title, setting_title=labels.setting_title,
            metric_title=labels.metric_title, tasks=TASKS,
        )  # fmt: skip

    def write(self) -> None:
        """Write everything into the folder."""
        for name in ("tables", "plots", "per-image"):
            (self.folder / name).mkdir()
        for asset in _ASSETS:
            self._file(asset, self.environment.get_template(asset).render())
        for table in self.tables:
            self._set_page(table)
        page = self.environment.get_template("index.html").render(
            summary=summary(self.results), groups=groups(self.tables)
        )
        self._file("index.html", page)

    def _set_page(self, table: Table) -> None:
        slug = self.slugs[table.number]
        for suffix, form in _FORMS.items():
            self._file(f"tables/{slug}.{suffix}", form(table))
        write_samples(self.results, table, self.folder / "per-image" / f"{slug}.csv")
        page = self.environment.get_template("set.html").render(
            table=table, slug=slug, plots=self._plots(table, slug), failures=failures(self.results, table),
            comparisons=comparisons(self.results, table, self.folder),
            per_image=per_image(self.results, table), runs=self.provenance.runs(table),
            origins=self.provenance.origins(table),
            protocols=protocol_words(table.columns, table.setting.scale),
        )  # fmt: skip
        self._file(f"{slug}.html", page)

    def _plots(self, table: Table, slug: str) -> list[Plot]:
        found = []
        for at, (column, label) in enumerate(zip(table.columns, table.labels, strict=True)):
            ranked = table.ranked(at)
            points = [
                Point(r.label, r.facts.params, cell.mean.value)
                for r in ranked
                if (cell := r.cells[at])
                and cell.mean.value is not None
                and r.facts.params is not None
            ]
            if can_plot(points):
                svg = quality_plot(
                    points, f"{labels.column_title(column)}, {column.protocol}", column.better
                )
                href = f"plots/{slug}-{file_name(label)}.svg"
                self._file(href, for_file(svg))
                told = "; ".join(_told(p, column.unit) for p in points)
                found.append(Plot(label, Markup(for_page(svg, f"p{at}")), href, told))  # noqa: S704 - matplotlib escapes
        return found

    def _file(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8", newline="\n")


def _told(point: Point, unit: str) -> str:
    value = figures.figure(point.value, unit)
    return f"{point.label}: {figures.parameters(point.params)} parameters, {value}"


def _slugs(tables: list[Table]) -> dict[int, str]:
    """A file name for each setting, as short as can be; told apart even where case does not count."""
    names = {
        t.number: "-".join(file_name(p) for p in (t.setting.set, t.setting.level) if p)
        for t in tables
    }
    for part in ("task", "set_hash"):
        shared = Counter(n.casefold() for n in names.values())
        for t in tables:
            if shared[names[t.number].casefold()] > 1:
                names[t.number] += f"-{file_name(getattr(t.setting, part)[:12])}"
    shared = Counter(n.casefold() for n in names.values())
    return {
        n: f"{s}-{n}" if shared[s.casefold()] > 1 or s.casefold() == "index" else s
        for n, s in names.items()
    }
