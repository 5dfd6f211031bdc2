"""FFDNet by Zhang et al.: a network from four sub-images and the noise level to four clean sub-images."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.loaders.matconvnet import in_sequence


class FFDNet(nn.Module):
    """A chain of convolutions at half the resolution, with the noise level as one more channel.

    `sigma` is the standard deviation of the noise in that channel, in units of 0..255; it is the same
    everywhere in the image and for all images.

    Shapes: (N, channels, H, W), kept.
    Range: 0..1.
    Source: Zhang et al., "FFDNet: Toward a Fast and Flexible Solution for CNN based Image Denoising",
    IEEE TIP 2018, arXiv:1710.04026, section III.
    """

    def __init__(self, layers: int, features: int, channels: int, sigma: float) -> None:
        super().__init__()
        self.sigma = sigma
        self.split = nn.PixelUnshuffle(2)
        # Paper: batch normalisation between convolution and activation; here: none, because the
        # published files have it merged into the convolutions.
        body: list[nn.Module] = [conv3x3(4 * channels + 1, features)]
        for _ in range(layers - 2):
            body += [nn.ReLU(inplace=True), conv3x3(features, features)]
        body += [nn.ReLU(inplace=True), conv3x3(features, 4 * channels)]
        self.model = nn.Sequential(*body)
        self.join = nn.PixelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        """Return the clean image."""
        height, width = x.shape[2:]
        # The authors repeat the last row and column where a side is odd.
        even = functional.pad(x, (0, width % 2, 0, height % 2), mode="replicate")
        parts = self.split(even)
        level = torch.full_like(parts[:, :1], self.sigma / 255)
        clean: Tensor = self.join(self.model(torch.cat([parts, level], dim=1)))
        return clean[:, :, :height, :width]


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:
    """Rename the tensors of a MatConvNet file, and reorder their channels, as in the network here.

    Torch files keep their names and their order. MATLAB counts along a column first, torch along a row: the
    second and third sub-image change places.
    """
    del scale
    if "model.0.weight" in state:
        return state
    named = in_sequence(state, "model")
    last = f"model.{len(state) - 2}"
    outputs = len(named[f"{last}.bias"])
    if outputs % 4 or named["model.0.weight"].shape[1] != outputs + 1:
        return named  # of another network, which is an error when it is loaded
    order = [first + offset for first in range(0, outputs, 4) for offset in (0, 2, 1, 3)]
    named["model.0.weight"] = named["model.0.weight"][:, [*order, outputs]]
    named[f"{last}.weight"] = named[f"{last}.weight"][order]
    named[f"{last}.bias"] = named[f"{last}.bias"][order]
    return named
