"""The count of multiply-accumulates while an image is restored, for networks whose cost depends on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

from iqabench.probes.counting.rules import cost, has_rule


@dataclass
class ExecutedCost:
    """The cost of everything that has run so far."""

    macs: int = 0
    """Multiply-accumulates of all operators, as the convention `exact` of the probe `macs` counts them."""


@contextmanager
def executed_cost() -> Iterator[ExecutedCost]:
    """Count the operators of torch that this thread runs within the context, on their real inputs.

    Unlike a probe, it sees how often the paths of a network ran for this very image.
    """
    total = ExecutedCost()
    with _Counter(total):
        yield total


class _Counter(TorchDispatchMode):
    """A mode that adds up the cost of each operator; it does not change what operators compute."""

    def __init__(self, total: ExecutedCost) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch has no annotation here
        self._total = total

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if isinstance(func, OpOverload) and not has_rule(func):
            with self:
                parts = func.decompose(*args, **kwargs)
            if parts is not NotImplemented:
                return parts
        out = func(*args, **kwargs)
        if isinstance(func, OpOverload):
            spent = cost(func, args, kwargs, out)
            self._total.macs += spent.macs if spent is not None else 0
        return out
