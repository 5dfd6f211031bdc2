"""Deformable layers: kernels whose places are moved by offsets and weighed by masks."""

import torch
from torch import Tensor, nn
from torchvision.ops import deform_conv2d

SIDE = 3
"""The side of all kernels here."""


def offsets_and_masks(predicted: Tensor) -> tuple[Tensor, Tensor]:
    """Return what a convolution predicted as offsets, in pixels, and masks from 0 to 1.

    Shapes: (N, 3 groups 9, H, W) to (N, 2 groups 9, H, W), y before x, and (N, groups 9, H, W).
    """
    moved = predicted.shape[1] // 3 * 2
    return predicted[:, :moved], torch.sigmoid(predicted[:, moved:])


def deformed_places(x: Tensor, predicted: Tensor) -> Tensor:
    """Return the nine values that a deformable kernel sees at each pixel of each channel, masked.

    Shapes: (N, C, H, W) and (N, 3 groups 9, H, W), groups a divisor of C, to (N, C, 9, H, W).
    """
    offsets, masks = offsets_and_masks(predicted)
    channels = x.shape[1]
    single = torch.eye(SIDE**2, dtype=x.dtype, device=x.device).view(-1, 1, SIDE, SIDE)
    kernels = single.repeat(channels, 1, 1, 1)  # each output is one place of one channel
    seen: Tensor = deform_conv2d(x, offsets, kernels, padding=SIDE // 2, mask=masks)
    return seen.view(len(x), channels, SIDE**2, *x.shape[2:])


class DeformableConv2d(nn.Module):
    """A modulated deformable convolution; a convolution of a guide predicts its offsets and masks.

    Shapes: features (N, inputs, H, W) and a guide (N, inputs, H, W) to (N, outputs, H, W).
    Source: Zhu et al., "Deformable ConvNets v2", CVPR 2019, arXiv:1811.11168, section 3.2.
    """

    def __init__(self, inputs: int, outputs: int, groups: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs, SIDE, SIDE))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.conv_offset = plain_start(nn.Conv2d(inputs, 3 * groups * SIDE**2, SIDE, padding=1))
        nn.init.kaiming_uniform_(self.weight, nonlinearity="relu")

    def forward(self, x: Tensor, guide: Tensor) -> Tensor:
        """Return the features x, seen where the guide says."""
        offsets, masks = offsets_and_masks(self.conv_offset(guide))
        y: Tensor = deform_conv2d(x, offsets, self.weight, self.bias, padding=SIDE // 2, mask=masks)
        return y


def plain_start(predicting: nn.Conv2d) -> nn.Conv2d:
    """Set a convolution that predicts offsets to zero, so that training begins with a plain kernel."""
    nn.init.zeros_(predicting.weight)
    if predicting.bias is not None:
        nn.init.zeros_(predicting.bias)
    return predicting
