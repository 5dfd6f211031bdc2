"""Networks that differ from what their card's code builds: in widths, in integer convolutions, folded."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from iqabench.errors import ModelError
from iqabench.models.core.card import Card
from iqabench.models.core.widths import take_widths
from iqabench.models.fold import fold
from iqabench.models.layers.int8 import WEIGHT, place_int8


def lay_out(network: nn.Module, card: Card, state: Mapping[str, Tensor]) -> nn.Module:
    """A network that was built by the card's code as what the card's variant has weights for; it is changed
    in place where that will do.

    Raises: WeightsError when the weights are not of that kind.
    """
    layout = card.variant.layout if card.variant else "parent"
    if layout == "folded":
        return fold(network).network
    if layout != "parent":
        floats = {
            key.removesuffix("_int8") if key.endswith(WEIGHT) else key: value
            for key, value in state.items()
        }
        take_widths(network, floats, card.name)  # a network in int8 may have been narrowed before
    if layout == "int8":
        place_int8(network, dict(state), card.name)
    return network


def try_out(network: nn.Module, card: Card) -> None:
    """Run a network whose layout is not its parent's once, on the smallest image that the card allows.

    Raises: ModelError when it cannot run, or makes something of another shape.
    """
    if card.variant is None or card.variant.layout == "parent":
        return
    side = -(-max(card.min_size, 1) // card.size_multiple) * card.size_multiple
    channels = 1 if card.channels == "grey" else 3
    learning = network.training
    try:
        with torch.inference_mode():
            output = network.eval()(torch.full((1, channels, side, side), card.range / 2))
    except (RuntimeError, ValueError, IndexError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"{card.name} cannot run with the widths of its weights: {said} Its code has widths of its own "
            f"({card.network}); a variant of it needs a network that says its widths in its arguments."
        ) from error
    finally:
        network.train(learning)
    expected = (1, channels, side * card.scale, side * card.scale)
    if tuple(output.shape) != expected:
        raise ModelError(
            f"{card.name} makes {tuple(output.shape)} of an image of {side}x{side}; expected {expected}."
        )
