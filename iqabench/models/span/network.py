"""SPAN as deployed, from Wan et al.: what the convolutions find is its own attention map."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models._blocks import conv1x1, conv3x3, pixel_shuffle
from iqabench.models._residual import DIV2K_MEAN

BLOCKS = tuple(f"block_{number}" for number in range(1, 7))


class MergedConvolution(nn.Module):
    """What remains of a re-parameterised convolution after merging: one 3x3 kernel."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        # Paper: trained as 1x1, 3x3, 1x1 with a 1x1 bypass (section 3.3);
        # here: the merged kernel alone, because the published file holds only that.
        self.eval_conv = conv3x3(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: (N, inputs, H, W) to (N, outputs, H, W)."""
        out: Tensor = self.eval_conv(x)
        return out


class AttentionBlock(nn.Module):
    """The paper's SPAB: what the convolutions find is its own attention map."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.c1_r = MergedConvolution(features, features)
        self.c2_r = MergedConvolution(features, features)
        self.c3_r = MergedConvolution(features, features)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The attended features, and those after the first convolution.

        Shapes: (N, features, H, W), kept in both.
        """
        first = functional.silu(self.c1_r(x))
        found = self.c3_r(functional.silu(self.c2_r(first)))
        return (found + x) * (torch.sigmoid(found) - 0.5), first


class SPAN(nn.Module):
    """Six attention blocks; four stages of them are joined before a shuffling tail.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1.
    Source: Wan et al., "Swift Parameter-free Attention Network for Efficient Super-Resolution",
    CVPRW 2024, arXiv:2311.12770, section 3.
    """

    mean: Tensor

    def __init__(self, scale: int = 4, features: int = 28) -> None:
        super().__init__()
        mean = torch.tensor(DIV2K_MEAN).view(1, 3, 1, 1)
        self.register_buffer("mean", mean, persistent=False)  # not in the published file
        self.conv_1 = MergedConvolution(3, features)
        for name in BLOCKS:
            self.add_module(name, AttentionBlock(features))
        self.conv_2 = MergedConvolution(features, features)
        self.conv_cat = conv1x1(4 * features, features)
        self.upsampler = pixel_shuffle(features, scale)

    def forward(self, x: Tensor) -> Tensor:
        """The image, `scale` times larger."""
        shallow = self.conv_1((x - self.mean) * 255)
        attended, first = getattr(self, BLOCKS[0])(shallow)
        features = attended
        for name in BLOCKS[1:]:
            features, first = getattr(self, name)(features)
        # Paper: the output of the fifth block is joined; here: the activated first convolution of the
        # sixth, because the published weights were trained so.
        joined = torch.cat([shallow, self.conv_2(features), attended, first], dim=1)
        restored: Tensor = self.upsampler(self.conv_cat(joined))
        return restored
