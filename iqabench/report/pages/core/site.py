"""A report as one static folder: it opens from disk, without a network, and is the same byte for byte.

OUT/index.html            the sets and who leads, the devices, the boards, and links to all other pages
OUT/*.html                one sheet or more for each registered page (`iqabench.report.pages`)
OUT/index.json            all numbers, as index.schema.json describes them
OUT/tables/ plots/        the same tables as CSV, Markdown and LaTeX, the same plots as SVG
OUT/per-image/            every single value as CSV
OUT/crops/                small windows of images, named by their content
OUT/report.json           the files that this report consists of

A page from elsewhere that raises an error is left out; the index and the result say so. An error in a page of
this package ends the report, and leaves what stood in the folder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment

from iqabench.boards import Board, boards
from iqabench.errors import FactsError
from iqabench.report.data.aggregate import Results
from iqabench.report.pages.core.index import index_values
from iqabench.report.pages.core.json_index import write_index
from iqabench.report.pages.core.page_registry import Page, Sheet, pages
from iqabench.report.pages.core.report import PageFailure, Report
from iqabench.report.pages.core.report_folder import new_folder
from iqabench.report.pages.core.templates import ASSETS, environment_of
from iqabench.report.pages.core.write import TITLE
from iqabench.store import Store, file_name


@dataclass(frozen=True)
class WrittenReport:
    """The files of a report that people open, and the pages that could not be made."""

    pages: tuple[Path, ...]
    """Paths of the pages, the index first."""
    failures: tuple[PageFailure, ...]


def write_report(
    store: Store,
    out: Path,
    *,
    title: str = TITLE,
    outputs: Path | None = None,
    among: Sequence[Board] | None = None,
) -> WrittenReport:
    """Write a store's report; an older report in `out` is replaced, any other file there is kept.

    `outputs` is a folder of whole outputs that runs saved: samples found there are shown whole. `among` are
    the boards that have pages; without it all that are known by name.

    Raises: StoreError when the store is empty, or `out` holds other files or cannot be written; FactsError
        for boards with mistakes, and for plugins that cannot be loaded.
    """
    every = pages()
    with Results(store) as results:
        shown = [*boards().values()] if among is None else among
        reserved = frozenset(page.name for page in every)
        report = Report(results, out, title, outputs, shown, reserved=reserved)
        with new_folder(out) as folder:
            report.folder = folder
            slugs = _write(report, every)
    names = ("index", *slugs)
    return WrittenReport(tuple(out / f"{n}.html" for n in names), tuple(report.failures))


_Planned = tuple[Page, list[Sheet]]


def _write(report: Report, every: Sequence[Page]) -> list[str]:
    """Write all files of a report, and return the file names of its sheets."""
    environment = environment_of(report)
    for name in ("tables", "plots", "per-image"):
        (report.folder / name).mkdir()
    for asset in ASSETS:
        report.write(asset, environment.get_template(asset).render())
    planned = [(page, sheets) for page in every if (sheets := _sheets(report, page)) is not None]
    written = [
        (page, sheets) for page, sheets in planned if _render(report, environment, page, sheets)
    ]
    _write_sheet(report, environment, "index.html", "index", index_values(report, _links(written)))
    write_index(report)
    return [sheet.slug for _, sheets in written for sheet in sheets]


def _sheets(report: Report, page: Page) -> list[Sheet] | None:
    """Return the sheets of a page, known to the report by now; None when the page failed."""
    try:
        sheets = [*page.build(report)]
        for sheet in sheets:
            _require_own_name(report, page, sheet)
            report.add_slug(page.name, sheet.subject, sheet.slug)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        _note_failure(report, page, error)
        return None
    return sheets


def _require_own_name(report: Report, page: Page, sheet: Sheet) -> None:
    """Raise FactsError for a file name that another page may have."""
    if page.is_builtin:
        return
    own = sheet.slug == page.name or sheet.slug.startswith(f"{page.name}-")
    if not own or sheet.slug != file_name(sheet.slug):
        raise FactsError(
            f"the sheet is called '{sheet.slug}'; expected '{page.name}', or '{page.name}-' and "
            "letters, digits, dots, hyphens or underscores."
        )
    if sheet.slug in report.slugs(page.name).values() or sheet.subject in report.slugs(page.name):
        raise FactsError(
            f"two sheets are called '{sheet.slug}' or have the subject {sheet.subject!r}; expected another "
            "name and another subject for each."
        )


def _render(report: Report, environment: Environment, page: Page, sheets: Sequence[Sheet]) -> bool:
    """Write the sheets of a page; return False, and leave none of them, when the page failed."""
    try:
        for sheet in sheets:
            values = sheet.values() if callable(sheet.values) else sheet.values
            _write_sheet(report, environment, page.template, sheet.slug, values)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        for sheet in sheets:
            (report.folder / f"{sheet.slug}.html").unlink(missing_ok=True)
        _note_failure(report, page, error)
        return False
    return True


def _note_failure(report: Report, page: Page, error: Exception) -> None:
    if page.is_builtin:
        raise error
    reason = f"{type(error).__name__}: {error}"
    report.failures.append(PageFailure(page.name, page.title, reason))


def _links(written: Sequence[_Planned]) -> list[tuple[str, str]]:
    """Return text and address of every sheet that the index lists."""
    return [
        (sheet.title or page.title, f"{sheet.slug}.html")
        for page, sheets in written
        if page.listed
        for sheet in sheets
    ]


def _write_sheet(
    report: Report,
    environment: Environment,
    template: str | Path,
    slug: str,
    values: Mapping[str, Any],
) -> None:
    text = environment.get_template(str(template)).render({"slug": slug, **values})
    report.write(f"{slug}.html", text)
