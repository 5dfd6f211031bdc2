"""The network inside a loaded model, free to be changed and trained."""

import copy

from torch import nn

from iqabench.errors import CompressError
from iqabench.models.core.card import Card, Layout
from iqabench.models.core.load import build
from iqabench.models.core.model import Model

KINDS = ("network", "factory", "spandrel", "file")
"""Loaders of what can be changed: registered families, factories, files that spandrel recognises."""


def network_of(model: Model) -> nn.Module:
    """A copy of the model's network, in training mode, whose parameters learn as its authors' did: what the
    architecture holds still (a colour mean, an interpolation) stays still.

    Raises: CompressError for what is no torch network of this process: ONNX, TorchScript, commands.
    """
    module = model.module
    if module is None or model.card.loader not in KINDS:
        raise CompressError(
            f"{model.card.id} is no network that can be changed here ({model.card.loader}). Give a "
            "registered id, a card's folder, a .pth or .safetensors file, or package.module:factory."
        )
    network = copy.deepcopy(module).train()
    learned = _learned(model, network)
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name in learned and parameter.is_floating_point())
    return network


def check_trainable(model: Model) -> None:
    """Whether photographs of three colours, at x2, x3 or x4, can teach the model.

    Raises: CompressError saying what it is for instead.
    """
    card = model.card
    if card.task != "sr" or card.scale not in (2, 3, 4):
        raise CompressError(
            f"{card.id} is for {card.task} at x{card.scale}; training here is of super-resolution at x2, x3 "
            "and x4."
        )
    if card.channels == "grey":
        raise CompressError(f"{card.id} is for grey images; training here is of RGB.")


def is_fixed(layer: nn.Module) -> bool:
    """Whether a layer has weights of its own and none of them learns."""
    own = list(layer.parameters(recurse=False))
    return bool(own) and not any(p.requires_grad for p in own)


def layout_of(card: Card) -> Layout:
    """How the model's network differs from what its card's code builds; one trained from it differs alike."""
    return card.variant.layout if card.variant else "parent"


def learned_parameters(network: nn.Module) -> int:
    """Parameters that learn: what a card declares."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def _learned(model: Model, network: nn.Module) -> set[str]:
    """Names of what the architecture lets learn; loading has frozen everything alike."""
    names = {name for name, _ in network.named_parameters()}
    if model.card.loader not in ("network", "factory"):
        return names
    fresh = {n: p.requires_grad for n, p in build(model.card).named_parameters()}
    return {name for name in names if fresh.get(name, True)}
