"""Taps of feature maps inside a network while it runs."""

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
    """The place where a feature map is read: the output of a layer or, with `before`, its input."""

    layer: str
    before: bool = False

    @property
    def name(self) -> str:
        """The name of the place in messages and on cards."""
        layer = layer_title(self.layer)
        return f"what {layer} is given" if self.before else layer


def layer_title(layer: str) -> str:
    """Return a layer's name as users know it, without the prefix of `UnitRangeNetwork`."""
    return layer.removeprefix("network.")


@contextmanager
def captured_features(network: nn.Module, taps: Sequence[Tap]) -> Iterator[dict[Tap, Tensor]]:
    """Capture the feature maps of forward passes within the block; the last one of a layer that runs twice.

    Raises: CompressError for a layer that does not exist.
    """
    features: dict[Tap, Tensor] = {}
    with ExitStack() as stack:
        for tap in taps:
            hook = partial(_capture, features, tap)
            handle = _layer(network, tap).register_forward_hook(hook)
            stack.callback(handle.remove)
        yield features


def _capture(
    features: dict[Tap, Tensor], tap: Tap, layer: nn.Module, inputs: tuple[Any, ...], output: Any
) -> None:
    value = inputs[0] if tap.before else output
    if not isinstance(value, Tensor) or value.ndim != 4:
        raise CompressError(
            f"{tap.name} ({type(layer).__name__}) is not a feature map. Name layers that give feature maps "
            "with --features STUDENT:TEACHER."
        )
    features[tap] = value


def _layer(network: nn.Module, tap: Tap) -> nn.Module:
    try:
        return network.get_submodule(tap.layer)
    except AttributeError as error:
        names = [name for name, part in network.named_modules() if isinstance(part, nn.Conv2d)]
        raise CompressError(
            f"there is no layer '{layer_title(tap.layer)}'; convolutions are "
            f"{', '.join(layer_title(name) for name in names[:12])}"
            f"{' ...' if len(names) > 12 else ''}."
        ) from error


def last_features(network: nn.Module, example: Tensor) -> Tap:
    """Return the last feature map before the tail: the input of the last convolution at the input's size.

    Raises: CompressError when no convolution runs at that size.
    """
    names: list[str] = []

    def note(name: str, _: nn.Module, inputs: tuple[Any, ...], __: Any) -> None:
        is_colour = (
            inputs[0].shape[1] == example.shape[1]
        )  # the image, or a colour shift at the end
        if inputs[0].shape[2:] == example.shape[2:] and not is_colour:
            names.append(name)

    with ExitStack() as stack, torch.no_grad():
        for name, layer in network.named_modules():
            if isinstance(layer, nn.Conv2d):
                stack.callback(layer.register_forward_hook(partial(note, name)).remove)
        network(example)
    if not names:
        raise CompressError(
            f"no convolution of {type(network).__name__} takes features of the input's size. Name layers "
            "with --features STUDENT:TEACHER."
        )
    return Tap(names[-1], before=True)
