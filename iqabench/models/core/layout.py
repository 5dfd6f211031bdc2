"""The layouts of variants: networks with other widths, other kinds of convolutions or folded layers."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from iqabench.errors import ModelError
from iqabench.models.core.card import Card
from iqabench.models.core.output import image_in
from iqabench.models.core.widths import take_widths
from iqabench.models.fold import fold
from iqabench.models.layers.binary import place_binary
from iqabench.models.layers.int8 import WEIGHT, place_int8
from iqabench.models.layers.shift import place_shift


def lay_out(network: nn.Module, card: Card, state: Mapping[str, Tensor]) -> nn.Module:
    """Return the network that the code of a card builds, in the layout of the card's variant.

    The network may be changed in place. `state` are the weights of the variant.

    Raises: WeightsError when the weights do not belong to that layout.
    """
    layout = card.variant.layout if card.variant else "parent"
    if layout == "folded":
        return fold(network).network
    if layout == "binary":
        place_binary(network, state, card.name)
    elif layout == "shift":
        place_shift(network, state, card.name)
    elif layout != "parent":
        floats = {
            key.removesuffix("_int8") if key.endswith(WEIGHT) else key: value
            for key, value in state.items()
        }
        take_widths(network, floats, card.name)  # an int8 network may have other widths too
    if layout == "int8":
        place_int8(network, dict(state), card.name)
    return network


def try_out(network: nn.Module, card: Card) -> None:
    """Run a network in another layout than its parent's once, on the smallest image that it takes.

    A card does not always state the smallest size of its network, so larger images follow where one fails.

    Raises: ModelError when it runs on none of them, or returns another shape.
    """
    if card.variant is None or card.variant.layout == "parent":
        return
    was_training = network.training
    try:
        side, output = _first_output(network.eval(), card)
    except _FAULTS as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"{card.name} cannot run with the widths of its weights: {reason} Its code ({card.network}) has "
            "fixed widths; a variant of it needs a network that takes its widths as arguments."
        ) from error
    finally:
        network.train(was_training)
    expected = (1, card.planes, side * card.scale, side * card.scale)
    if tuple(output.shape) != expected:
        raise ModelError(
            f"{card.name} returns the shape {tuple(output.shape)} for an image of {side}x{side}; expected "
            f"{expected}."
        )


_SIDES = (1, 16, 32, 64, 128)
"""The sizes on which a network is tried, the smallest first."""
_FAULTS = (RuntimeError, ValueError, IndexError, AssertionError)
"""The errors of a network that cannot run on an image."""


def _first_output(network: nn.Module, card: Card) -> tuple[int, Tensor]:
    """Return the side of the first square image that the network takes, and its output.

    Raises: the error of the largest image when it takes none.
    """
    sides = [-(-max(s, card.min_size) // card.size_multiple) * card.size_multiple for s in _SIDES]
    for side in sides:
        image = torch.full((1, card.planes, side, side), card.range / 2)
        try:
            with torch.inference_mode():
                return side, image_in(network(image), card.output, card.name)
        except _FAULTS:
            if side == sides[-1]:
                raise
    raise AssertionError("there is a last size")
