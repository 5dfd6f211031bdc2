"""What one call of an operator costs, and the rules that are no products: sums, norms, pooling."""

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
    """Of one call."""

    kind: Kind
    macs: int = 0
    other: int = 0
    """Operations that are no half of a multiply-accumulate: additions of biases, activations, means ..."""


class OperatorUse(NamedTuple):
    """One call of an operator."""

    arguments: Mapping[str, Any]
    """By the names that the operator's schema gives them; the first is what comes in."""
    out: Any

    @property
    def given(self) -> Tensor:
        """What comes in; the first where several things do."""
        first: Any = next(iter(self.arguments.values()))
        tensor: Tensor = first[0] if isinstance(first, (tuple, list)) else first
        return tensor

    @property
    def size(self) -> int:
        """Elements of what comes out; of the first where several things do."""
        return prod(shape_of(self.out))


Rule = Callable[[OperatorUse], OperatorCost]


def shape_of(value: Any) -> list[int]:
    """The shape of what an operator made, or of the first thing where it made several."""
    if isinstance(value, Tensor):
        return list(value.shape)
    if isinstance(value, (tuple, list)):
        return next((list(v.shape) for v in value if isinstance(v, Tensor)), [])
    return []


def per_output(times: int) -> Rule:
    """So many operations for each element that comes out."""
    return lambda use: OperatorCost("elementary", other=times * use.size)


def per_input(times: int) -> Rule:
    """So many operations for each element that comes in."""
    return lambda use: OperatorCost("elementary", other=times * use.given.numel())


def per_source(use: OperatorUse) -> OperatorCost:
    """One addition for each element that is added to what is there."""
    source = next(use.arguments[n] for n in ("source", "src") if n in use.arguments)
    return OperatorCost("elementary", other=source.numel())


def pooled(use: OperatorUse) -> OperatorCost:
    """One operation for each element under the window, at each output."""
    window = use.arguments["kernel_size"]
    taps = prod(window) if len(window) > 1 else window[0] ** (use.given.ndim - 2)
    return OperatorCost("elementary", other=use.size * taps)


def ordered(use: OperatorUse) -> OperatorCost:
    """n log2 n comparisons of each row of n."""  # noqa: D403 - n is a number
    dim = use.arguments.get("dim", -1)
    row = use.given.shape[dim]
    return OperatorCost("elementary", other=use.given.numel() * ceil(log2(max(row, 2))))


def fourier(use: OperatorUse) -> OperatorCost:
    """5 n log2 n for n complex elements, half of it where one side is real: FFTW's convention."""
    complex_ = use.given.is_complex() and use.out.is_complex()
    whole = use.given if complex_ or not use.given.is_complex() else use.out
    length = prod(whole.shape[d] for d in use.arguments["dim"])
    times = 5 if complex_ else 2.5
    return OperatorCost("elementary", other=int(times * whole.numel() * log2(max(length, 2))))


def normalised(use: OperatorUse) -> OperatorCost:
    """Statistics of the input: mean 1, variance 3, applying them 2, and 2 more for weight and bias."""
    times = 8 if use.arguments.get("weight") is not None else 6
    return OperatorCost("normalisation", other=times * use.given.numel())


def batch_normalised(use: OperatorUse) -> OperatorCost:
    """With kept statistics one multiply-accumulate an element; else as other norms."""
    if use.arguments.get("training"):
        return normalised(use)
    return OperatorCost("normalisation", macs=use.given.numel())
