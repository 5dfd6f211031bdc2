"""What SPAN and the networks made from it consist of, as deployed."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv3x3

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


def attend(found: Tensor, x: Tensor) -> Tensor:
    """The paper's attention: what was found, symmetric about zero, weighs itself plus its input."""
    return (found + x) * (torch.sigmoid(found) - 0.5)


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
        return attend(found, x), first
