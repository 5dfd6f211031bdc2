"""Modules that run, as the challenges' counters see them: through hooks, by their kind alone.

The challenge's script puts hooks on Conv2d, ConvTranspose2d, Linear, BatchNorm2d and five activations, and
adds up what the shapes of each call say:

    Conv2d, ConvTranspose2d         taps x input channels x output channels / groups, times output places
    Linear                          first two dimensions of input and output, whatever the others are:
                                    right for (N, C) alone
    BatchNorm2d                     elements, twice if affine
    ReLU, PReLU, ELU, LeakyReLU,    elements of the output
    ReLU6

Convolutions that are called as functions, products of matrices and everything else count nothing. A module
that runs twice counts twice. Activations are the elements of what the two kinds of convolution put out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from typing import Any, NamedTuple

from torch import Tensor, nn

_CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)
_ACTIVATIONS = (nn.ReLU, nn.PReLU, nn.ELU, nn.LeakyReLU, nn.ReLU6)


class ModuleCall(NamedTuple):
    """One call of a module that the challenge counts."""

    kind: str
    """conv, linear, norm or activation."""
    macs: int
    """As the challenge counts them."""
    elements: int
    """Of the output."""
    true_macs: int
    """What the shapes really mean; for activations and norms as the challenge has them."""
    dimensions: int
    """Of the input."""


@dataclass
class ModuleCalls:
    """What runs, and what is running."""

    calls: list[ModuleCall] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    """Kinds of the counted modules that are running, outermost first."""
    one_bit: int = 0
    """Modules that say they are binary, and are running."""

    def of(self, kind: str) -> list[ModuleCall]:
        """Calls of one kind."""
        return [call for call in self.calls if call.kind == kind]

    @property
    def within(self) -> str:
        """The kind of the innermost one that is running."""
        return self.running[-1] if self.running else ""

    @property
    def binary(self) -> bool:
        """Whether a module is running that says it computes with one bit."""
        return self.one_bit > 0


@contextmanager
def watching(module: nn.Module | None) -> Iterator[ModuleCalls]:
    """What the modules do within the block."""
    seen = ModuleCalls()
    handles: list[Any] = []
    for part in module.modules() if module is not None else ():
        kind = kind_of(part)
        if kind:
            handles += _watch(part, kind, seen)
        if is_binary(part):
            handles += _watch_binary(part, seen)
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def kind_of(module: nn.Module) -> str:
    """conv, linear, norm, activation, or nothing for modules that the challenge does not count."""
    kinds: dict[str, tuple[type[nn.Module], ...]] = {
        "conv": _CONVOLUTIONS,
        "linear": (nn.Linear,),
        "norm": (nn.BatchNorm2d,),
        "activation": _ACTIVATIONS,
    }
    return next((kind for kind, types in kinds.items() if isinstance(module, types)), "")


def is_binary(module: nn.Module) -> bool:
    """Whether a module says that its weights and what it weighs are of one bit."""
    return getattr(module, "binary", False) is True


def _watch(module: nn.Module, kind: str, seen: ModuleCalls) -> list[Any]:
    def before(*_: Any) -> None:
        seen.running.append(kind)

    def after(part: nn.Module, given: Any, made: Any) -> None:
        seen.running.pop()
        if isinstance(made, Tensor):
            seen.calls.append(_call(part, kind, given[0] if given else made, made))

    return [module.register_forward_pre_hook(before), module.register_forward_hook(after)]


def _watch_binary(module: nn.Module, seen: ModuleCalls) -> list[Any]:
    def before(*_: Any) -> None:
        seen.one_bit += 1

    def after(*_: Any) -> None:
        seen.one_bit -= 1

    return [module.register_forward_pre_hook(before), module.register_forward_hook(after)]


def _call(module: nn.Module, kind: str, given: Tensor, made: Tensor) -> ModuleCall:
    size = made.numel()
    macs = true = size
    if isinstance(module, _CONVOLUTIONS):
        weights = module.in_channels * (module.out_channels // module.groups)
        macs = prod(module.kernel_size) * weights * made.shape[0] * prod(made.shape[2:])
        places = given if isinstance(module, nn.ConvTranspose2d) else made
        true = prod(module.kernel_size) * weights * places.shape[0] * prod(places.shape[2:])
    elif isinstance(module, nn.Linear):
        first = given.shape[0] * made.shape[0] if given.ndim == 1 else 0
        macs = first or given.shape[0] * given.shape[1] * made.shape[1]
        true = size * module.in_features
    elif isinstance(module, nn.BatchNorm2d):
        macs = size * (2 if module.affine else 1)
    return ModuleCall(kind, int(macs), size, int(true), given.ndim)
