"""Counts by modules, as the challenges' own scripts make them: with hooks, by the kind of a module.

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
    """The kind of module: conv, linear, norm or activation."""
    macs: int
    """Multiply-accumulates as the challenge counts them."""
    elements: int
    """Elements of the output."""
    true_macs: int
    """Multiply-accumulates by the true shapes; for activations and norms the challenge's own figure."""
    dimensions: int
    """The number of dimensions of the input."""


@dataclass
class ModuleCalls:
    """The calls of counted modules in one forward pass, and the modules that are running now."""

    calls: list[ModuleCall] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    """Kinds of the counted modules that are running, outermost first."""
    one_bit: int = 0
    """The number of running modules that say they are binary."""

    def of(self, kind: str) -> list[ModuleCall]:
        """Return the calls of one kind."""
        return [call for call in self.calls if call.kind == kind]

    @property
    def within(self) -> str:
        """The kind of the innermost module that is running."""
        return self.running[-1] if self.running else ""

    @property
    def binary(self) -> bool:
        """True when a running module says that it computes with one bit."""
        return self.one_bit > 0


@contextmanager
def record_calls(module: nn.Module | None) -> Iterator[ModuleCalls]:
    """Record the calls of counted modules within the block."""
    recorded_calls = ModuleCalls()
    handles: list[Any] = []
    for part in module.modules() if module is not None else ():
        kind = kind_of(part)
        if kind:
            handles += _watch(part, kind, recorded_calls)
        if is_binary(part):
            handles += _watch_binary(part, recorded_calls)
    try:
        yield recorded_calls
    finally:
        for handle in handles:
            handle.remove()


def kind_of(module: nn.Module) -> str:
    """Return conv, linear, norm or activation, or an empty word for modules that the challenge does not
    count.
    """
    kinds: dict[str, tuple[type[nn.Module], ...]] = {
        "conv": _CONVOLUTIONS,
        "linear": (nn.Linear,),
        "norm": (nn.BatchNorm2d,),
        "activation": _ACTIVATIONS,
    }
    return next((kind for kind, types in kinds.items() if isinstance(module, types)), "")


def is_binary(module: nn.Module) -> bool:
    """Return whether a module says that its weights and its input are of one bit."""
    return getattr(module, "binary", False) is True


def _watch(module: nn.Module, kind: str, recorded_calls: ModuleCalls) -> list[Any]:
    def before(*_: Any) -> None:
        recorded_calls.running.append(kind)

    def after(part: nn.Module, input_: Any, output: Any) -> None:
        recorded_calls.running.pop()
        if isinstance(output, Tensor):
            recorded_calls.calls.append(_call(part, kind, input_[0] if input_ else output, output))

    return [module.register_forward_pre_hook(before), module.register_forward_hook(after)]


def _watch_binary(module: nn.Module, recorded_calls: ModuleCalls) -> list[Any]:
    def before(*_: Any) -> None:
        recorded_calls.one_bit += 1

    def after(*_: Any) -> None:
        recorded_calls.one_bit -= 1

    return [module.register_forward_pre_hook(before), module.register_forward_hook(after)]


def _call(module: nn.Module, kind: str, input_: Tensor, output: Tensor) -> ModuleCall:
    size = output.numel()
    macs = true = size
    if isinstance(module, _CONVOLUTIONS):
        weights = module.in_channels * (module.out_channels // module.groups)
        macs = prod(module.kernel_size) * weights * output.shape[0] * prod(output.shape[2:])
        places = input_ if isinstance(module, nn.ConvTranspose2d) else output
        true = prod(module.kernel_size) * weights * places.shape[0] * prod(places.shape[2:])
    elif isinstance(module, nn.Linear):
        first = input_.shape[0] * output.shape[0] if input_.ndim == 1 else 0
        macs = first or input_.shape[0] * input_.shape[1] * output.shape[1]
        true = size * module.in_features
    elif isinstance(module, nn.BatchNorm2d):
        macs = size * (2 if module.affine else 1)
    return ModuleCall(kind, int(macs), size, int(true), input_.ndim)
