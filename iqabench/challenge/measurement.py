"""What measuring a board came to."""

from dataclasses import dataclass, field

from iqabench.boards import BoundedValue, Quantity
from iqabench.report.data.board_values import BoardMeasurement


def ratio_of(measured: BoardMeasurement, first: BoardMeasurement) -> BoundedValue:
    """To another model: as it was sampled in turn with it, else of the two values."""
    if measured.ratio is not None:
        _, value, low, high = measured.ratio
        return BoundedValue(value, low, high)
    return measured.value.by(first.value)


@dataclass
class Measurement:
    """Values of models in a board's quantities, and reasons where there is none."""

    values: dict[str, dict[str, BoardMeasurement]] = field(default_factory=dict)
    """By model id, then by quantity."""
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    """Why a model, by the name that it was asked for, has no value in a quantity."""
    warnings: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    """What models are called in records, by the names that they were asked for."""

    def of(self, model: str) -> dict[str, BoardMeasurement]:
        """The values of a model, by the name that it was asked for."""
        return self.values.get(self.ids.get(model, model), {})

    def why_not(self, model: str, quantity: Quantity) -> str:
        """Why a model has no value in a quantity."""
        facts = quantity.facts
        if facts.not_here:
            return facts.not_here
        if not facts.measurable:
            return "the board does not say how to measure it"
        return self.reasons.get((model, quantity.name), "not measured")
