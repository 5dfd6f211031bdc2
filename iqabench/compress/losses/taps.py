"""Feature maps, taken from inside a network while it runs."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.errors import CompressError


@dataclass(frozen=True)
class Tap:
    """Where a feature map is taken: what a layer gives, or what it is given."""

    layer: str
    before: bool = False

    @property
    def name(self) -> str:
        """As messages and cards have it."""
        layer = shown(self.layer)
        return f"what {layer} is given" if self.before else layer


def shown(layer: str) -> str:
    """A layer's name as people know it, without that of the wrapper that tells networks in 0..1."""
    return layer.removeprefix("network.")


@contextmanager
def taken(network: nn.Module, taps: Sequence[Tap]) -> Iterator[dict[Tap, Tensor]]:
    """The feature maps of the forward passes within the block; of a layer that runs twice, the last.

    Raises: CompressError for a layer that is not there.
    """
    found: dict[Tap, Tensor] = {}
    with ExitStack() as stack:
        for tap in taps:
            keep = partial(_keep, found, tap)
            handle = _layer(network, tap).register_forward_hook(keep)
            stack.callback(handle.remove)
        yield found


def _keep(
    found: dict[Tap, Tensor], tap: Tap, layer: nn.Module, given: tuple[Any, ...], made: Any
) -> None:
    value = given[0] if tap.before else made
    if not isinstance(value, Tensor) or value.ndim != 4:
        raise CompressError(
            f"{tap.name} ({type(layer).__name__}) is no feature map; name layers whose output is one with "
            "--features STUDENT:TEACHER."
        )
    found[tap] = value


def _layer(network: nn.Module, tap: Tap) -> nn.Module:
    try:
        return network.get_submodule(tap.layer)
    except AttributeError as error:
        known = [name for name, part in network.named_modules() if isinstance(part, nn.Conv2d)]
        raise CompressError(
            f"there is no layer '{shown(tap.layer)}'; convolutions are "
            f"{', '.join(shown(name) for name in known[:12])}"
            f"{' ...' if len(known) > 12 else ''}."
        ) from error


def last_features(network: nn.Module, example: Tensor) -> Tap:
    """The last feature map before the tail: what the last convolution at the input's size is given.

    Raises: CompressError when no convolution runs at that size.
    """
    ran: list[str] = []

    def keep(name: str, _: nn.Module, given: tuple[Any, ...], __: Any) -> None:
        is_colour = given[0].shape[1] == example.shape[1]  # the input, or a colour shift at the end
        if given[0].shape[2:] == example.shape[2:] and not is_colour:
            ran.append(name)

    with ExitStack() as stack, torch.no_grad():
        for name, layer in network.named_modules():
            if isinstance(layer, nn.Conv2d):
                stack.callback(layer.register_forward_hook(partial(keep, name)).remove)
        network(example)
    if not ran:
        raise CompressError(
            f"no convolution of {type(network).__name__} takes features of the input's size; name layers "
            "with --features STUDENT:TEACHER."
        )
    return Tap(ran[-1], before=True)
