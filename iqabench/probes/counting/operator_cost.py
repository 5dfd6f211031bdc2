"""The cost of one call of an operator, and the rules for sums, norms and pooling."""

from collections.abc import Callable, Mapping
from math import ceil, log2, prod
from typing import Any, Literal, NamedTuple

from torch import Tensor

Kind = Literal[
    "convolution",
    "product",
    "attention",
    "interpolation",
    "normalisation",
    "elementary",
    "movement",
]


class OperatorCost(NamedTuple):
    """The cost of one call."""

    kind: Kind
    macs: int = 0
    other: int = 0
    """Operations that are not half of a multiply-accumulate: additions of biases, activations, means"""


class OperatorUse(NamedTuple):
    """One call of an operator."""

    arguments: Mapping[str, Any]
    """Arguments by the names in the operator's schema; the first is the input."""
    out: Any

    @property
    def input(self) -> Tensor:
        """The input, or the first one where there are several."""
        first: Any = next(iter(self.arguments.values()))
        tensor: Tensor = first[0] if isinstance(first, (tuple, list)) else first
        return tensor

    @property
    def size(self) -> int:
        """The number of elements of the output, or of the first output where there are several."""
        return prod(shape_of(self.out))


Rule = Callable[[OperatorUse], OperatorCost]


def shape_of(value: Any) -> list[int]:
    """Return the shape of an operator's output, or of the first output where there are several."""
    if isinstance(value, Tensor):
        return list(value.shape)
    if isinstance(value, (tuple, list)):
        return next((list(v.shape) for v in value if isinstance(v, Tensor)), [])
    return []


def per_output(times: int) -> Rule:
    """Return the rule of a fixed number of operations for each element of the output."""
    return lambda use: OperatorCost("elementary", other=times * use.size)


def per_input(times: int) -> Rule:
    """Return the rule of a fixed number of operations for each element of the input."""
    return lambda use: OperatorCost("elementary", other=times * use.input.numel())


def per_source(use: OperatorUse) -> OperatorCost:
    """Count one addition for each element that is added to what is there."""
    source = next(use.arguments[n] for n in ("source", "src") if n in use.arguments)
    return OperatorCost("elementary", other=source.numel())


def pooled(use: OperatorUse) -> OperatorCost:
    """Count one operation for each element under the window, at each output."""
    window = use.arguments["kernel_size"]
    taps = prod(window) if len(window) > 1 else window[0] ** (use.input.ndim - 2)
    return OperatorCost("elementary", other=use.size * taps)


def ordered(use: OperatorUse) -> OperatorCost:
    """Count n log2 n comparisons for each row of n."""
    dim = use.arguments.get("dim", -1)
    row = use.input.shape[dim]
    return OperatorCost("elementary", other=use.input.numel() * ceil(log2(max(row, 2))))


def fourier(use: OperatorUse) -> OperatorCost:
    """Count 5 n log2 n for n complex elements, half of it where one side is real: FFTW's convention."""
    complex_ = use.input.is_complex() and use.out.is_complex()
    whole = use.input if complex_ or not use.input.is_complex() else use.out
    length = prod(whole.shape[d] for d in use.arguments["dim"])
    times = 5 if complex_ else 2.5
    return OperatorCost("elementary", other=int(times * whole.numel() * log2(max(length, 2))))


def normalised(use: OperatorUse) -> OperatorCost:
    """Count the statistics of the input: mean 1, variance 3, applying them 2, weight and bias 2 more."""
    times = 8 if use.arguments.get("weight") is not None else 6
    return OperatorCost("normalisation", other=times * use.input.numel())


def batch_normalised(use: OperatorUse) -> OperatorCost:
    """Count one multiply-accumulate per element with stored statistics, else the same as other norms."""
    if use.arguments.get("training"):
        return normalised(use)
    return OperatorCost("normalisation", macs=use.input.numel())
