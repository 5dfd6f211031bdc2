"""Differences between measured and printed figures of a board, and whether they are within tolerance."""

from collections.abc import Mapping
from dataclasses import dataclass

from iqabench.boards import Board, BoardEntry, Quantity
from iqabench.report.data.aggregate import Results
from iqabench.report.data.board_values import BoardMeasurement, ByModel, cost_values, quality_values


@dataclass(frozen=True)
class StoredValues:
    """All values that the store holds of a board's columns."""

    quality: ByModel
    costs: Mapping[str, ByModel]
    """Costs by device; counts have an empty name, because they are the same on every device."""

    @classmethod
    def of(cls, results: Results, board: Board) -> "StoredValues":
        """Return the values that the results hold of a board."""
        if board.ranks_metrics:
            return cls({}, {})
        return cls(quality_values(results, board), cost_values(results, board))

    @property
    def models(self) -> list[str]:
        """Every model with a value, by name."""
        return sorted({m for some in (self.quality, *self.costs.values()) for m in some})

    def devices(self, quantity: Quantity) -> list[str]:
        """Return the devices on which a quantity was measured; an empty name when the device makes no
        difference.
        """
        if not quantity.facts.probe:
            return [""] if any(quantity.name in v for v in self.quality.values()) else []
        some = [d for d, m in self.costs.items() if any(quantity.name in v for v in m.values())]
        return sorted(some)

    def value(self, model: str, quantity: Quantity, device: str) -> BoardMeasurement | None:
        """Return one model's value; None when there is none."""
        some = self.costs.get(device, {}) if quantity.facts.probe else self.quality
        return some.get(model, {}).get(quantity.name)


@dataclass(frozen=True)
class PrintedDifference:
    """A measured figure, and its difference to the printed one."""

    measured: BoardMeasurement
    difference: float | None = None
    """Measured value minus printed value."""
    ratios: tuple[float, float] | None = None
    """Ratios to the baseline, measured and printed, for quantities that compare in no other way."""
    within: bool | None = None
    """True when it is within tolerance; None without a tolerance, or when the comparison proves nothing."""
    why: str = ""


def printed_difference(
    here: StoredValues,
    board: Board,
    entry: BoardEntry,
    quantity: Quantity,
    device: str,
    base: BoardEntry | None,
) -> PrintedDifference | None:
    """Return the measured figure of an entry's model beside its printed one; None when nothing was
    measured.
    """
    measured = here.value(entry.model_for(quantity) or entry.name, quantity, device)
    if measured is None:
        return None
    printed = entry.values.get(quantity.name)
    apart = "not compared with the printed figure" if quantity.name in entry.apart else ""
    part = f"{measured.n} of {measured.of} images" if measured.n < measured.of else ""
    if printed is None or not entry.line:
        return PrintedDifference(measured, why="; ".join(filter(None, (part, apart))))
    if quantity.facts.relative:
        return _ratios(here, measured, printed.value, quantity, device, base)
    difference = measured.value.value - printed.value
    tolerance = quantity.facts.tolerance
    if tolerance is None or part:
        return PrintedDifference(measured, difference, why=part)
    within = abs(difference) <= tolerance * (1 + 1e-9) + 1e-12
    known = None if within else board.erratum(entry.name, quantity.name)
    why = known.why if known else f"tolerance {tolerance:g}"
    return PrintedDifference(measured, difference, within=within, why=why)


def _ratios(
    here: StoredValues,
    measured: BoardMeasurement,
    printed: float,
    quantity: Quantity,
    device: str,
    base: BoardEntry | None,
) -> PrintedDifference:
    """Compare latencies of two machines by their ratios to the baseline, the only way in which they
    compare.
    """
    first = here.value(base.model_for(quantity), quantity, device) if base else None
    to = base.values.get(quantity.name) if base else None
    if first is None or to is None or not first.value.value or not to.value:
        return PrintedDifference(
            measured, why="another machine; the baseline was not measured on this one"
        )
    ratio, there = measured.value.value / first.value.value, printed / to.value
    why = f"{ratio:.3f} of the baseline here, {there:.3f} as published"
    return PrintedDifference(
        measured, ratios=None if measured is first else (ratio, there), why=why
    )
