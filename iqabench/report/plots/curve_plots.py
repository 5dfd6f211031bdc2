"""Plots of curves: quality over a setting of a model, and perception against distortion along it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from math import isfinite

from markupsafe import Markup

from iqabench.errors import UnknownNameError
from iqabench.metrics import SetMetric, any_metric
from iqabench.report.data.labels import column_title
from iqabench.report.data.setting_curves import CurvePoint, SettingCurve, setting_curves
from iqabench.report.data.subjects import MeasuredColumn
from iqabench.report.data.tables import Table
from iqabench.report.plots.curve_plot import Axis, Curve, PlacedPoint, curve_plot
from iqabench.report.plots.svg import for_file, for_page
from iqabench.report.text.figures import figure, short_unit
from iqabench.store import file_name

_MOST = 6
"""The largest number of plots over one setting; the table has all columns."""


@dataclass(frozen=True)
class CurvePlot:
    """One drawing of the curves over a setting."""

    title: str
    """Columns and setting, as in psnr@sr-y over alpha."""
    svg: Markup
    href: str
    summary: str
    """The figures as text, for readers who cannot see the plot."""


def curve_plots(table: Table, slug: str, keep: Callable[[str, str], None]) -> tuple[CurvePlot, ...]:
    """Draw every setting that was swept; `keep` writes each plot as a file, too.

    The first columns stand over the setting. Columns of perceived quality are drawn against the first column
    of fidelity, too, where there is one.
    """
    by_setting: dict[str, list[SettingCurve]] = {}
    for curve in setting_curves(table):
        by_setting.setdefault(curve.setting, []).append(curve)
    found: list[CurvePlot] = []
    for name, curves in by_setting.items():
        for title, drawn in islice(_drawings(table, name, curves), _MOST):
            href = f"plots/{slug}-{file_name(title.replace(' ', '-'))}.svg"
            keep(href, for_file(drawn.svg))
            inside = Markup(for_page(drawn.svg, f"s{len(found)}"))  # noqa: S704 - texts are escaped
            found.append(CurvePlot(title, inside, href, drawn.words))
    return tuple(found)


@dataclass(frozen=True)
class _Drawing:
    """One drawing and its figures in words."""

    svg: str
    words: str


def _drawings(
    table: Table, name: str, curves: Sequence[SettingCurve]
) -> Iterator[tuple[str, _Drawing]]:
    """Yield the drawings of one setting with their titles."""
    kinds = {
        at: _kind(column) for at, column in enumerate(table.columns) if not column.is_image_cost
    }
    over = Axis(name)
    for at in kinds:
        drawn = _drawing(table, curves, over, at, lambda point: point.value)
        if drawn is not None:
            yield f"{table.labels[at]} over {name}", drawn
    fidelity = next((at for at, kind in kinds.items() if kind == "fidelity"), None)
    for at in (at for at, kind in kinds.items() if kind == "perception"):
        if fidelity is None or table.columns[at].role != table.columns[fidelity].role:
            continue
        below = _axis(table.columns[fidelity])
        drawn = _drawing(table, curves, below, at, partial(_mean, fidelity))
        if drawn is not None:
            yield f"{table.labels[at]} against {table.labels[fidelity]} over {name}", drawn


def _drawing(
    table: Table,
    curves: Sequence[SettingCurve],
    below: Axis,
    at: int,
    x_of: Callable[[CurvePoint], float | None],
) -> _Drawing | None:
    """Return one drawing; None where no curve has two points."""
    column = table.columns[at]
    placed = [
        Curve(
            curve.label,
            tuple(
                PlacedPoint(x, y, _card(table, curve, point), f"{point.value:g}")
                for point in curve.points
                if (x := x_of(point)) is not None and (y := _mean(at, point)) is not None
            ),
            curve.random_weights,
        )
        for curve in curves
    ]
    shown = [curve for curve in placed if len(curve.points) > 1]
    if not shown:
        return None
    words = "; ".join(p.card.replace("\n", ", ") for curve in shown for p in curve.points)
    return _Drawing(curve_plot(shown, below, _axis(column)), words)


def _axis(column: MeasuredColumn) -> Axis:
    return Axis(f"{column_title(column)}, {column.protocol}", column.better)


def _mean(at: int, point: CurvePoint) -> float | None:
    """Return the mean of a column; None where it is absent, infinite or over fewer images than others."""
    cell = point.row.cells[at]
    value = cell.mean.value if cell is not None and cell.mean.complete else None
    return value if value is not None and isfinite(value) else None


def _card(table: Table, curve: SettingCurve, point: CurvePoint) -> str:
    """Return the card that a reader sees on hovering: the model, the value, and every column."""
    figures = [
        f"{label}: {figure(cell.mean.value, column.unit)} {short_unit(column.unit)}".strip()
        for label, column, cell in zip(table.labels, table.columns, point.row.cells, strict=True)
        if cell is not None
    ]
    return "\n".join([f"{curve.label}, {curve.setting} = {point.value:g}", *figures])


def _kind(column: MeasuredColumn) -> str:
    """Return the kind of a column: fidelity to the target, perception, or neither where it is not known.

    Blind metrics, learned ones and those over a whole set tell of perceived quality.
    """
    try:
        metric = any_metric(column.metric)
    except UnknownNameError:
        return ""
    if isinstance(metric, SetMetric) or metric.network or metric.reference == "none":
        return "perception"
    return "fidelity" if metric.reference == "full" else ""
