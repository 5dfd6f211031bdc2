"""All about one model: its card, everything that was measured of it, its relatives and its weights."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from iqabench.report.data.aggregate import Results
from iqabench.report.data.agreement import opinion_settings
from iqabench.report.data.cost_columns import cost_columns, shown_columns
from iqabench.report.data.cost_tables import model_at_scale, size_order
from iqabench.report.data.costs import MeasuredCost, cost_order
from iqabench.report.data.devices import Device
from iqabench.report.data.model_results import ModelResult, model_results
from iqabench.report.data.provenance import Terms
from iqabench.report.data.subjects import Configuration, ModelFacts, natural
from iqabench.report.data.tables import Table, model_facts
from iqabench.report.data.variants import VariantComparison, names_of, variant_comparisons


@dataclass(frozen=True)
class ModelCost:
    """One cost of the model."""

    device: Device
    label: str
    cost: MeasuredCost


@dataclass(frozen=True)
class ModelReport:
    """Everything that a report says about one model."""

    model: str
    facts: Terms
    code: str
    """Address of the code that may be linked; otherwise empty."""
    configurations: tuple[tuple[int, Configuration], ...]
    """Configurations in which it ran, with their numbers."""
    results: tuple[ModelResult, ...]
    costs: tuple[ModelCost, ...]
    variants: tuple[tuple[Table, VariantComparison], ...]
    """Comparisons with its parents, then of its own variants with it, each with their table."""
    parents: tuple[str, ...]
    """Names of models that it says it was made from."""

    @property
    def title(self) -> str:
        """Title of the model; empty when it has none."""
        return dict(self.facts).get("Title", "")


def model_names(results: Results) -> list[str]:
    """Return every model in the results but those of opinions, `edsr2` before `edsr10`."""
    opinions = opinion_settings(results)
    numbers = {mean.configuration for mean in results.means if mean.setting not in opinions}
    return sorted({results.configurations[n].model for n in numbers}, key=natural)


def model_reports(
    results: Results, tables: Sequence[Table], devices: Sequence[Device]
) -> list[ModelReport]:
    """Return a report for each model, by name."""
    facts = model_facts(results)
    variants = _variants(results, tables, devices)
    by_model: dict[str, list[ModelResult]] = {}
    for one in model_results(tables):
        by_model.setdefault(one.row.configuration.model, []).append(one)
    costs: dict[str, list[ModelCost]] = {}
    for one_cost in _costs(devices):
        costs.setdefault(one_cost.cost.configuration.model, []).append(one_cost)
    numbered: dict[str, list[tuple[int, Configuration]]] = {}
    for number, how in enumerate(results.configurations):
        numbered.setdefault(how.model, []).append((number, how))
    return [
        ModelReport(
            name,
            *_facts([facts.get(n, ModelFacts()) for n, _ in numbered[name]]),
            tuple(numbered[name]),
            tuple(by_model.get(name, ())),
            tuple(sorted(costs.get(name, ()), key=_cost_order)),
            tuple(variants.get(name, ())),
            _parents(facts[n] for n, _ in numbered[name] if n in facts),
        )
        for name in model_names(results)
    ]


def parents_of(model: ModelReport, tables: Sequence[Table], devices: Sequence[Device]) -> list[str]:
    """Return the models here that a model says it was made from."""
    found = (model_of_parent(parent, tables, devices) for parent in model.parents)
    return [*dict.fromkeys(name for name in found if name and name != model.model)]


def model_of_parent(parent: str, tables: Iterable[Table], devices: Iterable[Device]) -> str:
    """Return the model that a parent's id or explicit name means here; empty when it was not run."""
    for table in tables:
        for row in table.rows:
            if parent in names_of(row, table.setting.scale):
                return row.configuration.model
    for device in devices:
        for how, scale in device.labels:
            if parent in (how.model, f"{how.model}_x{scale}"):
                return how.model
    return ""


def _parents(facts: Iterable[ModelFacts]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.variant.parent for f in facts if f.variant))


def _costs(devices: Iterable[Device]) -> Iterable[ModelCost]:
    for device in devices:
        for cost in device.costs:
            yield ModelCost(device, device.labels[model_at_scale(cost)], cost)


def _cost_order(one: ModelCost) -> tuple[object, ...]:
    """Return the key that sorts costs: by device and size, those that do not depend on the size first."""
    size = size_order(one.cost.setting.level) if one.cost.is_sized else ()
    return (
        natural(one.device.name),
        bool(size),
        size,
        natural(one.label),
        cost_order(one.cost.subject),
    )


def _variants(
    results: Results, tables: Iterable[Table], devices: Iterable[Device]
) -> dict[str, list[tuple[Table, VariantComparison]]]:
    """Return comparisons by model: with its parents first, then of its variants with it."""
    costs = [cost for device in devices for cost in device.costs]
    own: dict[str, list[tuple[Table, VariantComparison]]] = {}
    others: dict[str, list[tuple[Table, VariantComparison]]] = {}
    for table in tables:
        for one in variant_comparisons(
            results, table, shown_columns(cost_columns(table, costs), table)
        ):
            own.setdefault(one.pair.variant.configuration.model, []).append((table, one))
            others.setdefault(one.pair.parent.configuration.model, []).append((table, one))
    return {name: [*own.get(name, ()), *others.get(name, ())] for name in {**own, **others}}


def _facts(every: Sequence[ModelFacts]) -> tuple[Terms, str]:
    """Return terms and texts over all configurations, and the address of the code; different texts are
    listed.
    """
    terms = {
        "Title": [f.title for f in every],
        "Parameters": [f"{f.params:,}" if f.params is not None else "" for f in every],
        "Licence": [f.licence for f in every],
        "Trained on": [", ".join(f.training_sets) for f in every],
        "Variant": [str(f.variant or "") for f in every],
        "Source": [f.source for f in every],
        "Code": [f.code for f in every],
        "Notes": [f.notes for f in every],
    }
    joined = {
        term: "; ".join(dict.fromkeys(t for t in texts if t)) for term, texts in terms.items()
    }
    said = tuple(
        (term, text or "not stated")
        for term, text in joined.items()
        if text or term in ("Parameters", "Licence", "Trained on", "Source", "Code")
    )
    code = joined["Code"]
    return said, code if code.startswith(("https://", "http://")) and ";" not in code else ""
