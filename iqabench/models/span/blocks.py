"""The blocks of SPAN and of the networks made from it, as deployed."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv3x3

BLOCKS = tuple(f"block_{number}" for number in range(1, 7))


class MergedConvolution(nn.Module):
    """The one 3x3 kernel into which a re-parameterised convolution is merged."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        # Paper: trained as 1x1, 3x3, 1x1 with a 1x1 bypass (section 3.3);
        # here: only the merged kernel, because the published file has nothing else.
        self.eval_conv = conv3x3(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, inputs, H, W) to (N, outputs, H, W).
        """
        out: Tensor = self.eval_conv(x)
        return out


def attend(features: Tensor, x: Tensor) -> Tensor:
    """Return the paper's attention: features plus their input x, weighted by an odd function of features."""
    return (features + x) * (torch.sigmoid(features) - 0.5)


class AttentionBlock(nn.Module):
    """The paper's SPAB: the output of the convolutions is its own attention map."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.c1_r = MergedConvolution(features, features)
        self.c2_r = MergedConvolution(features, features)
        self.c3_r = MergedConvolution(features, features)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the attended features, and those after the first convolution.

        Shapes: (N, features, H, W), kept in both.
        """
        first = functional.silu(self.c1_r(x))
        features = self.c3_r(functional.silu(self.c2_r(first)))
        return attend(features, x), first
