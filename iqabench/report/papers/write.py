"""All figures of a store in one folder."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from iqabench.errors import StoreError, UsageError
from iqabench.report.data.aggregate import Results
from iqabench.report.data.cost_columns import CostTableColumn, cost_columns, shown_columns
from iqabench.report.data.costs import costs_of
from iqabench.report.data.devices import devices_of
from iqabench.report.data.sample_spread import most_disputed
from iqabench.report.data.tables import Table, TableRow, tables_of
from iqabench.report.pages.core.report_folder import new_folder
from iqabench.report.papers.bubbles import bubble_figure
from iqabench.report.papers.differences import difference_figure
from iqabench.report.papers.dots import dot_figure
from iqabench.report.papers.montage import montage_figure
from iqabench.report.plots.pictures import cuts_of
from iqabench.report.statistics.intervals import Intervals
from iqabench.report.text.page_names import slugs_of
from iqabench.store import Store, file_name

_MONTAGES = 3
"""Number of montages of each set."""


@dataclass(frozen=True)
class _Page:
    """The folder and the width of figures."""

    folder: Path
    width: float


def write_figures(
    store: Store, out: Path, *, width: float = 3.3, between: Sequence[str] = ()
) -> list[Path]:
    """Write every figure that the store has enough data for, as PDF and SVG.

    `width` is in inches; `between` names the two models that are compared image by image, else the two best.

    Returns: the files.
    Raises: StoreError when the store holds nothing to draw; UsageError for models that it does not have.
    """
    with Results(store) as results:
        tables = tables_of(results)
        _require_models(tables, between)
        with new_folder(out) as folder:
            written = _draw(results, tables, _Page(folder, width), between)
            if not written:
                raise StoreError(
                    f"the store {store.address} holds nothing to draw: figures compare two models or more "
                    "on a set. Run another model on the same set."
                )
    return [out / path.name for path in written]


def _draw(
    results: Results, tables: Sequence[Table], page: _Page, between: Sequence[str]
) -> list[Path]:
    slugs, _ = slugs_of(tables, devices_of(results))
    costs = costs_of(results)
    written: list[Path] = []
    for table, slug in zip(tables, slugs, strict=True):
        written += _of_set(
            results, table, slug, page, shown_columns(cost_columns(table, costs), table), between
        )
    for some in _groups(tables):
        column = next(c for c in some[0].columns if all(c in t.columns for t in some))
        at = some[0].setting
        name = f"dots-{file_name(at.task)}-{file_name(at.level or 'all')}"
        intervals = Intervals(results, wanted=True)
        written += dot_figure(page.folder, name, page.width, some, column, intervals)
    return written


def _of_set(
    results: Results,
    table: Table,
    slug: str,
    page: _Page,
    beside: Sequence[CostTableColumn],
    between: Sequence[str],
) -> list[Path]:
    folder, width = page.folder, page.width
    below = next(
        (b for b in beside if b.column.metric in ("macs", "latency_ms") and b.measured > 1), None
    )
    written = bubble_figure(folder, f"bubbles-{slug}", width, table, 0, below)
    pair = _pair(table, between)
    if pair:
        written += difference_figure(folder, f"differences-{slug}", width, results, table, 0, pair)
    find = cuts_of(results.store, table)
    montages = 0
    for sample in most_disputed(results, table):
        found = find(sample)
        name = f"montage-{slug}-{file_name(sample)}"
        files = montage_figure(folder, name, width, results, table, sample, found) if found else []
        written += files
        montages += bool(files)
        if montages == _MONTAGES:
            break
    return written


def _pair(table: Table, between: Sequence[str]) -> tuple[TableRow, TableRow] | None:
    """Return the two rows to compare: the best row of each named model, else the two best rows."""
    ranked = table.ranked(0)
    if not between:
        return (ranked[0], ranked[1]) if len(ranked) > 1 else None
    rows = [
        next((r for r in ranked if n in (r.label, r.configuration.model)), None) for n in between
    ]
    return (rows[0], rows[1]) if rows[0] and rows[1] else None


def _groups(tables: Iterable[Table]) -> list[list[Table]]:
    """Return groups of sets of one task and level that share a column."""
    found: dict[tuple[str, int, str], list[Table]] = {}
    for table in tables:
        at = table.setting
        found.setdefault((at.task, at.scale, at.level), []).append(table)
    return [
        some
        for some in found.values()
        if any(all(c in t.columns for t in some) for c in some[0].columns)
    ]


def _require_models(tables: Iterable[Table], between: Sequence[str]) -> None:
    known = {name for t in tables for r in t.rows for name in (r.label, r.configuration.model)}
    for name in between:
        if name not in known:
            raise UsageError(
                f"the store has no model '{name}'; there are: {', '.join(sorted(known)) or 'none'}."
            )
