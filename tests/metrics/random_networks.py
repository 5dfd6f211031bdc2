"""Backbones of torchvision with weights of chance, and photographs small enough for deep networks."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
import torchvision
from numpy.typing import NDArray
from torch import Tensor, nn

from .damage import DAMAGES, photographs

Pixels = NDArray[np.uint8]

SIZES = [(48, 64), (65, 50), (33, 71), (40, 40), (57, 63)]


def small_pairs() -> list[tuple[Pixels, Pixels]]:
    """Output and target: five photographs, each of another size under another damage."""
    names = ("jpeg", "noise", "x4", "tint", "blur")
    pairs = []
    for photograph, (height, width), name in zip(photographs(), SIZES, names, strict=True):
        target = np.ascontiguousarray(photograph[40 : 40 + height, 50 : 50 + width])
        pairs.append((DAMAGES[name](target), target))
    return pairs


def torchvisions(net: str) -> nn.Module:
    """The convolutions of torchvision's network; the classifier never takes memory."""
    with torch.device("meta"):
        made: nn.Module = getattr(torchvision.models, net)().features
    made.to_empty(device="cpu")
    randomise(made)
    return made


def randomise(module: nn.Module) -> None:
    """Weights that neither let signals die nor grow, always the same."""
    chance = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in module.parameters():
            if weight.dim() > 1:
                scale = (2 / weight[0].numel()) ** 0.5
                weight.normal_(0, scale, generator=chance)
            else:
                weight.normal_(0, 0.05, generator=chance)


def instead_of(net: nn.Module) -> Any:
    """Return a stand-in for a constructor of torchvision that would download weights."""
    return lambda *_, **__: SimpleNamespace(features=net)


def state_of(net: nn.Module) -> dict[str, Tensor]:
    """Under the names of a whole network."""
    return {f"features.{name}": value for name, value in net.state_dict().items()}


def signed(image: NDArray[Any], unit: float = 127.5, offset: float = -1.0) -> Tensor:
    """(H, W, C) to (1, 3, H, W); grey as R = G = B."""
    coloured = np.broadcast_to(image, (*image.shape[:2], 3)).astype(np.float32)
    return torch.from_numpy(coloured / np.float32(unit) + np.float32(offset)).permute(2, 0, 1)[None]
