"""The recording of one forward pass: its operators, in their order, and the calls of modules."""

from dataclasses import dataclass, field
from typing import Any

from iqabench.probes.counting.modules import ModuleCalls
from iqabench.probes.counting.operator_cost import OperatorCost


@dataclass(frozen=True)
class OperatorCall:
    """One call of one operator."""

    name: str
    cost: OperatorCost | None
    """The cost, or None where no rule is known."""
    shape: list[int]
    """The shape of the output."""
    elements: int
    within: str
    """The kind of the innermost counted module that was running: conv, linear ... or an empty word."""
    binary: bool
    """True when it ran in a module that says it computes with one bit."""
    nonzero: float = 1.0
    """The share of a convolution's weights that are not 0; 1 for other operators."""


@dataclass
class Recording:
    """The operators of one forward pass."""

    ran: list[OperatorCall] = field(default_factory=list)
    opaque: list[dict[str, Any]] = field(default_factory=list)
    """Shapes of tensors that no recorded operator has made, and the operator that read them."""
    modules: ModuleCalls = field(default_factory=ModuleCalls)

    def of(self, *kinds: str) -> list[OperatorCall]:
        """Return the calls of operators of these kinds."""
        return [one for one in self.ran if one.cost is not None and one.cost.kind in kinds]

    @property
    def unknown(self) -> list[dict[str, Any]]:
        """Operators without a rule: calls and shapes of their outputs."""
        recording: dict[str, list[list[int]]] = {}
        for one in self.ran:
            if one.cost is None:
                recording.setdefault(one.name, []).append(one.shape)
        return [
            {"operator": name, "calls": len(shapes), "shapes": _distinct(shapes)}
            for name, shapes in recording.items()
        ]


def _distinct(shapes: list[list[int]]) -> list[list[int]]:
    return [list(shape) for shape in dict.fromkeys(tuple(shape) for shape in shapes)]
