"""A comparison of two models, such as a variant and its parent: quality lost, and cost saved."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import log2
from typing import Any

from iqabench.report.data.aggregate import Results
from iqabench.report.data.costs import MeasuredCost, costs_of
from iqabench.report.data.decoders import decoder_notes
from iqabench.report.data.paired_differences import PairedDifference, paired_differences
from iqabench.store import Store

ALL_SETS = "all"
"""Name of the sets of a comparison taken together."""


@dataclass(frozen=True)
class CostRatio:
    """One cost of both models."""

    cost: MeasuredCost
    """Cost of the second model."""
    a: float
    b: float
    interval: tuple[float, float] | None
    """95 % interval of the ratio; None unless they were sampled in turn."""

    @property
    def ratio(self) -> float:
        """Second value divided by the first; 0.5 is half."""
        return self.b / self.a

    def per_halving(self, quality: PairedDifference) -> float | None:
        """Return the quality lost for each halving of this cost; None when nothing was saved."""
        saved = log2(self.a / self.b) if self.a > 0 and self.b > 0 else 0.0
        if self.cost.column.better == "higher":
            saved = -saved
        return -quality.column.sign * quality.difference / saved if saved > 0.01 else None


@dataclass(frozen=True)
class ModelComparison:
    """Everything that was measured of both models."""

    quality: list[PairedDifference]
    costs: list[CostRatio]
    notes: tuple[str, ...] = ()
    """Sentences about what may explain a part of the differences, such as another decoder of JPEG files."""


def compare(
    store: Store,
    a: Iterable[str],
    b: Iterable[str],
    costs_a: Iterable[str],
    costs_b: Iterable[str],
    samples: Mapping[str, Collection[str]] | None = None,
) -> ModelComparison:
    """Compare two models: quality by keys of cells, cost by keys of costs at the same size on the same
    device.

    `samples` are the samples that are compared, by key; of other keys all are.
    """
    a, b, costs_a, costs_b = list(a), list(b), list(costs_a), list(costs_b)
    with Results(store, [*a, *b], samples) as results:
        quality = paired_differences(results, a, b, pooled=True)
        notes = tuple(decoder_notes(results))
    first, second = (_costs(store, keys) for keys in (costs_a, costs_b))
    ratios = []
    for name, cost in second.items():
        before, value = first.get(name), cost.value
        if before and before.value and value is not None:
            ratios.append(CostRatio(cost, before.value, value, _interval(cost)))
    return ModelComparison(quality, ratios, notes)


def rows_of(found: ModelComparison) -> list[dict[str, Any]]:
    """Return plain rows: a quality has `difference`, a cost has `ratio` and what each halving of it loses.

    The set of a quality over all sets together is "all", and its images are those of the list `sets`.
    """
    rows: list[dict[str, Any]] = []
    for one in found.quality:
        rows.append({
            "kind": "quality", "set": ALL_SETS if len(one.settings) > 1 else one.setting.set,
            "level": one.setting.level, "sets": [setting.set for setting in one.settings],
            "column": one.column.column, "a": one.a, "b": one.b, "difference": one.difference,
            "ci_low": one.low, "ci_high": one.high, "n": one.n, "wins": one.wins,
            "won": one.won, "tied": one.tied, "lost": one.lost, "p": one.p,
            "unit": one.column.unit, "better": one.column.better,
            "left_out": one.left_out, "infinite": one.infinite,
        })  # fmt: skip
    for cost in found.costs:
        low, high = cost.interval or (None, None)
        lost = {
            f"{q.column.column} {q.setting.set}": cost.per_halving(q)
            for q in found.quality
            if len(q.settings) == 1
        }
        rows.append(
            {
                "kind": "cost",
                "device": cost.cost.setting.set,
                "column": cost.cost.column.column,
                "a": cost.a,
                "b": cost.b,
                "ratio": cost.ratio,
                "ci_low": low,
                "ci_high": high,
                "unit": cost.cost.column.unit,
                "better": cost.cost.column.better,
                "lost_per_halving": lost,
            }
        )
    return rows


def _costs(store: Store, keys: list[str]) -> dict[str, MeasuredCost]:
    if not keys:
        return {}
    with Results(store, keys) as results:
        return {c.column.column: c for c in costs_of(results)}


def _interval(cost: MeasuredCost) -> tuple[float, float] | None:
    """Return the interval of a ratio of latencies that were sampled in turn; None for other costs."""
    found = cost.details.get("ratio")
    return (float(found["interval"][0]), float(found["interval"][1])) if found else None
