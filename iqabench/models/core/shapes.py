"""The shapes of the tensors of networks, which are known without computing any initial value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from iqabench.models.core.card import Card
from iqabench.models.core.network import build, network_class
from iqabench.models.layers.shapes import Shapes


def shapes_of(tensors: Mapping[str, Tensor]) -> Shapes:
    """Return the shapes of tensors by name."""
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def shapes_of_network(card: Card) -> Shapes:
    """Return the shapes of the tensors that the network of a card has; it is built once in a process.

    Raises: ModelError, TrustError as `build`; whatever a network raises for arguments that it cannot have.
    """
    arguments = repr(sorted(card.arguments.items()))
    return _shapes_built(_Network(network_class(card), str(card.scale), arguments, card))


@dataclass(frozen=True)
class _Network:
    """The facts of a card that the shapes of its tensors depend on."""

    factory: Callable[..., Any]
    scale: str
    arguments: str
    card: Card = field(compare=False)


@lru_cache(maxsize=1024)
def _shapes_built(network: _Network) -> Shapes:
    try:
        with torch.device("meta"):
            return shapes_of(build(network.card).state_dict())
    except RuntimeError:  # it looks at values while it is built, or it cannot have these arguments
        return shapes_of(build(network.card).state_dict())
