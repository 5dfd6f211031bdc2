"""The devices on which costs were measured, each with its tables."""

from collections.abc import Iterable
from dataclasses import dataclass

from iqabench.report.data.aggregate import Results
from iqabench.report.data.cost_tables import (
    CostRow,
    CostTable,
    ModelAtScale,
    cost_table,
    model_at_scale,
    size_order,
)
from iqabench.report.data.costs import MeasuredCost, costs_of
from iqabench.report.data.labels import configuration_labels
from iqabench.report.data.subjects import Configuration, ModelFacts, natural
from iqabench.report.data.tables import model_facts

MOST_TABLES = 3
"""Largest number of sizes with a table each; with more, the size becomes a column."""


@dataclass(frozen=True)
class Device:
    """Everything that was measured on one device."""

    name: str
    hash: str
    settings: tuple[int, ...]
    """Positions among the results' settings."""
    costs: tuple[MeasuredCost, ...]
    labels: dict[ModelAtScale, str]
    tables: tuple[CostTable, ...]

    @property
    def sizes(self) -> tuple[str, ...]:
        """Sizes of the input, small ones first."""
        return tuple(size for table in self.tables for size in table.sizes)

    @property
    def models(self) -> int:
        """Number of different models."""
        return len({how.model for how, _ in self.labels})

    @property
    def models_in_order(self) -> list[CostRow]:
        """A row of each model, by its label."""
        rows = {row.who: row for table in self.tables for row in table.rows}
        return sorted(rows.values(), key=lambda row: natural(row.label))

    @property
    def ratio_to(self) -> list[str]:
        """Models that latencies were sampled in turn with."""
        return sorted({cost.ratio.to for cost in self.costs if cost.ratio})

    @property
    def failed(self) -> int:
        """Number of costs without a value."""
        return sum(cost.value is None for cost in self.costs)


def devices_of(results: Results) -> list[Device]:
    """Return the devices in the results, by name."""
    facts = {results.configurations[n]: f for n, f in model_facts(results).items()}
    found: dict[tuple[str, str], list[MeasuredCost]] = {}
    for cost in costs_of(results):
        found.setdefault((cost.setting.set, cost.setting.set_hash), []).append(cost)
    return [
        _device(results, name, costs, facts)
        for name, costs in sorted(found.items(), key=lambda one: (natural(one[0][0]), one[0]))
    ]


def _device(
    results: Results,
    name: tuple[str, str],
    costs: list[MeasuredCost],
    facts: dict[Configuration, ModelFacts],
) -> Device:
    at = [n for n, s in enumerate(results.settings) if s.is_cost and (s.set, s.set_hash) == name]
    labels = _labels(model_at_scale(cost) for cost in costs)
    sizes = sorted({cost.setting.level for cost in costs}, key=size_order)
    groups = [[size] for size in sizes] if len(sizes) <= MOST_TABLES else [sizes]
    tables = tuple(cost_table(name[0], group, costs, labels, facts) for group in groups)
    return Device(*name, tuple(at), tuple(costs), labels, tables)


def _labels(every: Iterable[ModelAtScale]) -> dict[ModelAtScale, str]:
    """Return labels of configurations, with the scale when one configuration has several."""
    found = sorted(set(every), key=lambda who: (who[0].order, who[1]))
    names = configuration_labels(how for how, _ in found)
    scales = {how: [s for h, s in found if h == how] for how, _ in found}
    return {
        (how, scale): f"{names[how]} ×{scale}" if len(scales[how]) > 1 else names[how]
        for how, scale in found
    }
