"""ESPCN by Shi et al.: a network of luma that enlarges at its very end, by a pixel shuffle.

Source: Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel
Convolutional Neural Network", CVPR 2016, arXiv:1609.05158.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.shapes import Shapes, shuffled
from iqabench.models.loaders.tensorflow_tensors import convolution_of

_CONSTANTS = ("f1", "f2", "f3", "b1", "b2", "b3")
"""The constants of the published graphs: filters and biases of the three convolutions."""
_BLACK, _WHITE = 16 / 255, 235 / 255
"""Black and white of studio-swing luma, in 0..1."""


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:
    """Return the constants of a published graph with the network's names; other states are unchanged."""
    del scale  # one output channel for each place: the shuffle needs no other order
    if not set(_CONSTANTS) <= set(state):
        return state
    filters = {f"f{n}.weight": convolution_of(state[f"f{n}"]) for n in (1, 2, 3)}
    return {**filters, **{f"f{n}.bias": state[f"b{n}"] for n in (1, 2, 3)}}


class ESPCN(nn.Module):
    """Three convolutions at the size of the input, and a pixel shuffle.

    `full_range`: the network was trained on luma of 0..255, so studio-swing luma is stretched before it and
    shrunk after it. `tanh`: tanh is the activation and the output is unbounded, as in the paper; without it
    ReLU is the activation, and tanh bounds the output, as in the published port.

    Shapes: (N, 1, H, W) to (N, 1, scale H, scale W).
    Range: 0..1, luma of studio swing (16..235 of 255).
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes: those of the port."""
        return {
            "scale": shuffled(shapes["f3.bias"][0], 1),
            "features": [shapes["f1.bias"][0], shapes["f2.bias"][0]],
            "tanh": False,
            "full_range": True,
        }

    def __init__(
        self, scale: int, features: tuple[int, int] = (64, 32), *, tanh: bool, full_range: bool
    ) -> None:
        super().__init__()
        self.scale = scale
        self.tanh = tanh
        self.full_range = full_range
        wide, narrow = features
        self.f1 = nn.Conv2d(1, wide, 5, padding=2)
        self.f2 = nn.Conv2d(wide, narrow, 3, padding=1)
        self.f3 = nn.Conv2d(narrow, scale**2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the luma, `scale` times larger."""
        if self.full_range:
            x = (x - _BLACK) / (_WHITE - _BLACK)
        activation = torch.tanh if self.tanh else torch.relu
        features = activation(self.f2(activation(self.f1(x))))
        out = functional.pixel_shuffle(self.f3(features), self.scale)
        out = out if self.tanh else torch.tanh(out)
        return out * (_WHITE - _BLACK) + _BLACK if self.full_range else out
