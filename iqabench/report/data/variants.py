"""Variants beside their parents: pairs of rows of one table, quality lost and cost saved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isclose

from iqabench.report.data.aggregate import Results
from iqabench.report.data.comparison import CostRatio
from iqabench.report.data.cost_columns import CostTableColumn
from iqabench.report.data.costs import MeasuredCost
from iqabench.report.data.paired_differences import PairedDifference, between
from iqabench.report.data.subjects import Configuration, VariantFacts
from iqabench.report.data.tables import Table, TableRow


@dataclass(frozen=True)
class VariantPair:
    """A variant and its parent in one table."""

    variant: TableRow
    parent: TableRow
    facts: VariantFacts


@dataclass(frozen=True)
class VariantComparison:
    """The differences between a variant and its parent."""

    pair: VariantPair
    quality: tuple[PairedDifference, ...]
    costs: tuple[tuple[CostTableColumn, CostRatio], ...]

    def lost(self, ratio: CostRatio) -> float | None:
        """Return the loss in the first quality column for each halving of a cost; None when nothing was
        saved.
        """
        return ratio.per_halving(self.quality[0]) if self.quality else None


def variant_pairs(table: Table) -> list[VariantPair]:
    """Return every variant with its parent in the same table; neither has random weights."""
    rows = [row for row in table.rows if not row.configuration.random_weights]
    found = []
    for row in rows:
        facts = row.facts.variant
        parents = [r for r in rows if facts and facts.parent in names_of(r, table.setting.scale)]
        if facts and parents:
            nearest = min(parents, key=lambda parent: _unlike(parent, row))
            found.append(VariantPair(row, nearest, facts))
    return found


def names_of(row: TableRow, scale: int) -> tuple[str, str]:
    """Return id and explicit name of a row's model."""
    model = row.configuration.model
    return model, f"{model}_x{scale}"


def variant_comparisons(
    results: Results, table: Table, besides: Sequence[CostTableColumn]
) -> list[VariantComparison]:
    """Return differences in quality, image by image, and ratios of the costs that stand in the table."""
    return [
        VariantComparison(
            pair, tuple(_quality(results, table, pair)), tuple(_costs(table, pair, besides))
        )
        for pair in variant_pairs(table)
    ]


def _quality(results: Results, table: Table, pair: VariantPair) -> Iterable[PairedDifference]:
    found = between(results, [pair.parent.number], [pair.variant.number], [table.number])
    places = {column: at for at, column in enumerate(table.columns)}
    quality = (one for one in found if not one.column.is_image_cost)
    return sorted(quality, key=lambda one: places[one.column])


def _costs(
    table: Table, pair: VariantPair, besides: Sequence[CostTableColumn]
) -> Iterable[tuple[CostTableColumn, CostRatio]]:
    for beside in besides:
        before = beside.costs.get(pair.parent.number)
        after = beside.costs.get(pair.variant.number)
        if before and after and before.value and after.value is not None:
            to = names_of(pair.parent, table.setting.scale)
            interval = _interval(after, after.value / before.value, to)
            yield beside, CostRatio(after, before.value, after.value, interval)


def _interval(
    cost: MeasuredCost, ratio: float, parent: tuple[str, str]
) -> tuple[float, float] | None:
    """Return the interval of a ratio whose two figures come from one profile that sampled them in turn."""
    sampled = cost.ratio
    if sampled is None or sampled.to not in parent:
        return None
    return sampled.interval if isclose(sampled.value, ratio, rel_tol=1e-6) else None


def _unlike(parent: TableRow, variant: TableRow) -> tuple[object, ...]:
    a, b = parent.configuration, variant.configuration
    return sum(getattr(a, n) != getattr(b, n) for n in _ALIKE), a.order


_ALIKE = tuple(n for n in Configuration.__dataclass_fields__ if n not in ("model", "model_hash"))
