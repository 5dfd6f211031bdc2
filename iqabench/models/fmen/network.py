"""FMEN by Du et al. as deployed: merged convolutions and sequential attention."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv3x3, pixel_shuffle
from iqabench.models.layers.shapes import Shapes, count, shuffled


def leaky(x: Tensor) -> Tensor:
    """Return the activation of x, the same everywhere in this network.

    It is a function and not a module, as in the authors' code: the counter of NTIRE 2022, which counts
    modules, did not count it.
    """
    return functional.leaky_relu(x, 0.1, inplace=True)


class MergedResidualConvolution(nn.Module):
    """The one convolution into which a re-parameterised residual block is merged."""

    def __init__(self, features: int) -> None:
        super().__init__()
        # Paper: the trained block expands, convolves, squeezes and adds its input (section 3.2);
        # here: only the merged kernel, because the published file has nothing else.
        self.rep_conv = conv3x3(features, features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        out: Tensor = self.rep_conv(x)
        return out


class EnhancedBlock(nn.Module):
    """The paper's ERB: two merged convolutions around an activation."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = MergedResidualConvolution(features)
        self.conv2 = MergedResidualConvolution(features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        out: Tensor = self.conv2(leaky(self.conv1(x)))
        return out


class HighFrequencyAttention(nn.Module):
    """The paper's HFAB: squeezed features, a few blocks, and back to a weight for every value."""

    def __init__(self, features: int, squeezed: int, blocks: int) -> None:
        super().__init__()
        self.squeeze = conv3x3(features, squeezed)
        self.convs = nn.Sequential(*(EnhancedBlock(squeezed) for _ in range(blocks)))
        self.excitate = conv3x3(squeezed, features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        squeezed = leaky(self.convs(leaky(self.squeeze(x))))
        return torch.sigmoid(self.excitate(squeezed)) * x


class FMEN(nn.Module):
    """Enhanced blocks and high-frequency attention alternately, one skip, a shuffling tail.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..255.
    Source: Du et al., "Fast and Memory-Efficient Network Towards Efficient Image
    Super-Resolution", CVPRW 2022, arXiv:2204.08397, section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["tail.0.bias"][0]),
            "features": shapes["head.bias"][0],
            "squeezed": shapes["HFABs.0.squeeze.bias"][0],
            "blocks": count(shapes, "HFABs.#.squeeze.bias"),
        }

    def __init__(
        self, scale: int = 4, features: int = 50, squeezed: int = 16, blocks: int = 4
    ) -> None:
        super().__init__()
        self.head = conv3x3(3, features)
        self.warmup = nn.Sequential(
            conv3x3(features, features),
            HighFrequencyAttention(features, squeezed - 4, blocks=2),
        )
        self.ERBs = nn.ModuleList(EnhancedBlock(features) for _ in range(blocks))
        self.HFABs = nn.ModuleList(
            HighFrequencyAttention(features, squeezed, blocks=1) for _ in range(blocks)
        )
        self.lr_conv = conv3x3(features, features)
        self.tail = pixel_shuffle(features, scale)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = self.head(x)
        features = self.warmup(shallow)
        for block, attention in zip(self.ERBs, self.HFABs, strict=True):
            features = attention(block(features))
        restored: Tensor = self.tail(self.lr_conv(features) + shallow)
        return restored
