"""The result of measuring a board."""

from dataclasses import dataclass, field

from iqabench.boards import BoundedValue, Quantity
from iqabench.report.data.board_values import BoardMeasurement


def ratio_of(measured: BoardMeasurement, first: BoardMeasurement) -> BoundedValue:
    """Return the ratio to another model: as it was sampled in turn with it, else of the two values."""
    if measured.ratio is not None:
        _, value, low, high = measured.ratio
        return BoundedValue(value, low, high)
    return measured.value.by(first.value)


@dataclass
class Measurement:
    """Values of models in a board's quantities, and reasons where there is none."""

    values: dict[str, dict[str, BoardMeasurement]] = field(default_factory=dict)
    """Values by model id, then by quantity."""
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    """The reason why a model, by the name that was asked for, has no value in a quantity."""
    warnings: list[str] = field(default_factory=list)
    samples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Samples that were asked for, by the key of a cell, where they are not all of the set."""
    missing: list[str] = field(default_factory=list)
    """Sentences about images that a figure does not cover: those that failed, and files that are not read."""
    ids: dict[str, str] = field(default_factory=dict)
    """Ids of models in records, by the names that were asked for."""

    def of(self, model: str) -> dict[str, BoardMeasurement]:
        """Return the values of a model, by the name that was asked for."""
        return self.values.get(self.ids.get(model, model), {})

    def why_not(self, model: str, quantity: Quantity) -> str:
        """Say why a model has no value in a quantity."""
        facts = quantity.facts
        if facts.not_here:
            return facts.not_here
        if not facts.measurable:
            return "the board does not say how to measure it"
        return self.reasons.get((model, quantity.name), "not measured")
