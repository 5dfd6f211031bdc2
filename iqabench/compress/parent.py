"""The parent of a variant: a copy of its network that can be changed and trained."""

import copy

from torch import nn

from iqabench.errors import CompressError
from iqabench.models.core.card import Card, Layout
from iqabench.models.core.model import Model
from iqabench.models.core.network import build
from iqabench.tasks import task_named

KINDS = ("network", "factory", "spandrel", "file")
"""Loaders whose networks can be changed: registered families, factories, files that spandrel recognises."""


def network_of(model: Model) -> nn.Module:
    """Return a copy of the model's network in training mode.

    Parameters that the architecture keeps fixed (a colour mean, an interpolation) stay fixed.

    Raises: CompressError for models without a torch network of this process (ONNX, TorchScript, commands),
        and for those that do not take one image and give one.
    """
    check_plain(model.card)
    module = model.module
    if module is None or model.card.loader not in KINDS:
        raise CompressError(
            f"{model.card.id} is not a network that can be changed here (its loader is {model.card.loader}). "
            "Give a registered id, a card's folder, a .pth or .safetensors file, or package.module:factory."
        )
    network = copy.deepcopy(module).train()
    trained = _trained_names(model, network)
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name in trained and parameter.is_floating_point())
    return network


def check_plain(card: Card) -> None:
    """Check that a model takes one image and gives one.

    Raises: CompressError with what it takes or does besides.
    """
    if not card.is_plain:
        raise CompressError(
            f"{card.id} {_more_than_an_image(card)}; compress works with networks that take one image and "
            "give one. 'iqabench list models' shows the task of each."
        )


def _more_than_an_image(card: Card) -> str:
    """Return what a model takes, gives or does besides one image, as the predicate of a sentence."""
    if list(card.takes) != ["input"]:
        return f"takes {' and '.join(card.takes)}"
    if list(card.gives) != ["output"]:
        return f"gives {' and '.join(card.gives)}"
    if card.state or card.takes["input"].frames != "each" or card.takes["input"].needed > 1:
        return "takes the frames of a clip"
    if card.settings:
        return f"has the setting {' and '.join(card.settings)}"
    if card.cost != "static":
        return "chooses for each image what it computes"
    return "takes or gives pixels of another depth than 8 bits"


def check_trainable(model: Model) -> None:
    """Check that the model can be trained on colour photographs, at x2, x3 or x4.

    Raises: CompressError with the task, scale or channels that cannot be trained here.
    """
    card, task = model.card, task_named(model.card.task)
    check_plain(card)
    if task.sizes != "scale" or card.scale not in (2, 3, 4):
        raise CompressError(
            f"{card.id} is for {task.phrase} at x{card.scale}; training here is for models that enlarge by "
            "2, 3 or 4."
        )
    if card.channels == "grey":
        raise CompressError(f"{card.id} is for grey images; training here is for RGB images.")


def is_fixed(layer: nn.Module) -> bool:
    """Return whether a layer has weights of its own and none of them is trained."""
    own = list(layer.parameters(recurse=False))
    return bool(own) and not any(p.requires_grad for p in own)


def layout_of(card: Card) -> Layout:
    """Return the layout of the model's network, which a variant trained from it keeps."""
    return card.variant.layout if card.variant else "parent"


def learned_parameters(network: nn.Module) -> int:
    """Return the number of parameters that are trained, as cards declare it."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def _trained_names(model: Model, network: nn.Module) -> set[str]:
    """Return the names of parameters that the architecture trains; loading a model froze all of them."""
    names = {name for name, _ in network.named_parameters()}
    if model.card.loader not in ("network", "factory"):
        return names
    new = {n: p.requires_grad for n, p in build(model.card).named_parameters()}
    return {name for name in names if new.get(name, True)}
