"""Tables of models and costs: for each device a table of each size of the input, with places.

Random weights take places here: what a network costs is a matter of its layers, not of what they learnt. A
place is shared by figures that print alike, and by sampled ones of which none is shown to be less than the
other: the 95 % interval of their ratio holds 1 where they were sampled in turn, and that of their difference
holds 0 where they were not. That intervals overlap would be no such test: two may differ and overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, isfinite

from iqabench.report.data.costs import MeasuredCost, SampledRatio, cost_order
from iqabench.report.data.growth import megapixels_of
from iqabench.report.data.labels import column_labels
from iqabench.report.data.subjects import Configuration, MeasuredColumn, ModelFacts, natural
from iqabench.report.text.figures import cost_number

ModelAtScale = tuple[Configuration, int]
"""A configuration, and the scale of the model."""


@dataclass(frozen=True)
class CostCell:
    """One cost with its text and its place."""

    cost: MeasuredCost
    text: str
    place: int
    """Place: 1 for the best, 2 for the second, 0 for the others."""

    @property
    def low(self) -> str:
        """Lower end of the 95 % interval; empty when it was not sampled."""
        return self._end(0)

    @property
    def high(self) -> str:
        """Upper end of the 95 % interval; empty when it was not sampled."""
        return self._end(1)

    @property
    def ratio(self) -> SampledRatio | None:
        """Ratio to another model that was sampled in turn; None for a ratio of a model to itself."""
        found = self.cost.ratio
        return found if found and found.to not in _names(self.cost) else None

    def _end(self, at: int) -> str:
        found = self.cost.interval
        return cost_number(found[at], self.cost.column.unit) if found else ""


@dataclass(frozen=True)
class CostRow:
    """One model at one size; a cell is None when a cost was not measured."""

    who: ModelAtScale
    label: str
    facts: ModelFacts
    size: str
    cells: tuple[CostCell | None, ...]

    @property
    def megapixels(self) -> float | str:
        """Megapixels of the size, to sort by; empty when they cannot be read from it."""
        return megapixels_of(self.size) or ""


@dataclass(frozen=True)
class CostTable:
    """Every model that was measured at some sizes on one device."""

    device: str
    sizes: tuple[str, ...]
    columns: tuple[MeasuredColumn, ...]
    """Columns without their sizes."""
    labels: tuple[str, ...]
    rows: tuple[CostRow, ...]


def model_at_scale(cost: MeasuredCost) -> ModelAtScale:
    """Return the configuration that a cost is of, and its scale."""
    return cost.configuration, cost.setting.scale


def size_order(size: str) -> tuple[object, ...]:
    """Return the key that sorts sizes: by pixels, then by name."""
    pixels = megapixels_of(size)
    return pixels is None, pixels or 0.0, natural(size)


def cost_table(
    device: str,
    sizes: Sequence[str],
    costs: Sequence[MeasuredCost],
    labels: dict[ModelAtScale, str],
    facts: dict[Configuration, ModelFacts],
) -> CostTable:
    """Return the table of some sizes; `costs`, `labels` and `facts` are those of the whole device."""
    some = [cost for cost in costs if cost.setting.level in sizes]
    present = {(model_at_scale(cost), cost.setting.level) for cost in some}
    cells = {(w, size, c.subject): c for w, size in present for c in costs if _same_at(c, w)}
    cells |= {(model_at_scale(c), c.setting.level, c.subject): c for c in some}
    columns = tuple(sorted({subject for *_, subject in cells}, key=cost_order))
    names = column_labels(columns)
    places = {
        key: place
        for size in sizes
        for column in columns
        for key, place in _places([(k, c) for k, c in cells.items() if k[1:] == (size, column)])
    }
    rows = [
        CostRow(
            who,
            labels[who],
            facts.get(who[0], ModelFacts()),
            size,
            tuple(_cell(cells, places, (who, size, column)) for column in columns),
        )
        for who, size in present
    ]
    ordered = sorted(rows, key=lambda row: (sizes.index(row.size), *_order(row)))
    return CostTable(
        device, tuple(sizes), columns, tuple(names[c] for c in columns), tuple(ordered)
    )


Key = tuple[ModelAtScale, str, MeasuredColumn]


def _same_at(cost: MeasuredCost, who: ModelAtScale) -> bool:
    """Return whether a cost is that of a model at every size, because the size is no part of it."""
    return not cost.is_sized and model_at_scale(cost) == who


def _cell(cells: dict[Key, MeasuredCost], places: dict[Key, int], key: Key) -> CostCell | None:
    cost = cells.get(key)
    if cost is None:
        return None
    text = cost_number(cost.value, cost.column.unit) if cost.value is not None else "failed"
    return CostCell(cost, text, places.get(key, 0))


def _places(cells: list[tuple[Key, MeasuredCost]]) -> list[tuple[Key, int]]:
    """Return the first two places among the costs of one column at one size; a single cost has none."""
    some = [(k, c, c.value) for k, c in cells if c.value is not None and isfinite(c.value)]
    if len(some) < 2:
        return []
    left = sorted(some, key=lambda one: -one[1].column.sign * one[2])
    found = []
    for place in (1, 2):
        best = left[0][1] if left else None
        same = [one for one in left if best and _no_order(best, one[1])]
        found += [(key, place) for key, _, _ in same]
        left = [one for one in left if one not in same]
    return found


def _no_order(one: MeasuredCost, other: MeasuredCost) -> bool:
    if cost_number(one.value, one.column.unit) == cost_number(other.value, other.column.unit):
        return True
    for this, base in ((one, other), (other, one)):
        if this.ratio and this.ratio.interval and this.ratio.to in _names(base):
            return this.ratio.interval[0] <= 1 <= this.ratio.interval[1]
    return _difference_holds_zero(one, other)


def _difference_holds_zero(one: MeasuredCost, other: MeasuredCost) -> bool:
    """Return whether the 95 % interval of a difference holds 0; that of two independent figures reaches as
    far as the root of the sum of the squares of their own.
    """
    if one.value is None or other.value is None or not (one.interval and other.interval):
        return False
    less, more = sorted((one, other), key=lambda cost: cost.value or 0.0)
    assert less.value is not None and more.value is not None and less.interval and more.interval  # noqa: PT018
    reach = hypot(less.interval[1] - less.value, more.value - more.interval[0])
    return more.value - less.value <= reach


def _names(cost: MeasuredCost) -> tuple[str, str]:
    """Return the names by which a ratio may call a cost's model."""
    how, scale = model_at_scale(cost)
    return how.model, f"{how.model}_x{scale}"


def _order(row: CostRow) -> tuple[object, ...]:
    """Return the key that sorts rows: by the first cost that they have, best first."""
    for at, cell in enumerate(row.cells):
        if cell and cell.cost.value is not None:
            return at, -cell.cost.column.sign * cell.cost.value, row.label
    return len(row.cells), 0.0, row.label
