"""FGDCN by Lei et al.: frame interpolation by optical flow, and by deformable convolutions that follow it."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.ops import deform_conv2d

from iqabench.models.fgdcn.flow import Maps, MiddleFlow, resized, warped
from iqabench.models.fgdcn.grid import GridNet
from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.video import warp

MULTIPLE = 16
_GROUPS = 8
_TAPS = 9
_FURTHEST = 10.0
_SLOPE = 0.1


class GuidedDeformation(nn.Module):
    """A deformable convolution whose places are those of the flow, moved by up to ten pixels.

    Shapes: features (N, C, H, W), those that decide the places (N, 64, H, W) and the flow (N, 2, H, W).
    """

    def __init__(self, features: int, guiding: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(features, features, 3, 3))
        self.bias = nn.Parameter(torch.zeros(features))
        bound = 1 / math.sqrt(features * _TAPS)
        nn.init.uniform_(self.weight, -bound, bound)
        self.conv_offset_mask = conv3x3(guiding, 3 * _GROUPS * _TAPS)
        for parameter in self.conv_offset_mask.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor, guide: Tensor, flow: Tensor) -> Tensor:
        """Return the features, taken from the places."""
        places = _GROUPS * _TAPS
        decided = self.conv_offset_mask(guide)
        offset = torch.tanh(decided[:, : 2 * places]) * _FURTHEST
        offset = offset + flow.flip(1).repeat(1, places, 1, 1)
        weights = torch.sigmoid(decided[:, 2 * places :])
        y: Tensor = deform_conv2d(x, offset, self.weight, self.bias, padding=1, mask=weights)
        return y


class Alignment(nn.Module):
    """The alignment of the features of one frame at three sizes, from the smallest to the full one."""

    def __init__(self, guiding: int) -> None:
        super().__init__()
        self.L3_offset_conv1_1 = conv3x3(2 * 96, guiding)
        self.L3_offset_conv2_1 = conv3x3(guiding, guiding)
        self.L3_offset_conv3_1 = conv3x3(guiding, guiding)
        self.L3_dcnpack_1 = GuidedDeformation(96, guiding)
        for level, width in (("L2", 48), ("L1", 24)):
            self.add_module(f"{level}_offset_conv1_1", conv3x3(2 * width, guiding))
            self.add_module(f"{level}_offset_conv1_2", conv3x3(guiding, guiding))
            self.add_module(f"{level}_offset_conv2_1", conv3x3(2 * guiding, guiding))
            self.add_module(f"{level}_offset_conv3_1", conv3x3(guiding, guiding))
            self.add_module(f"{level}_dcnpack_1", GuidedDeformation(width, guiding))

    def forward(self, own: Maps, other: Maps, unwarped: Maps, flows: Maps) -> Maps:
        """Return the aligned features; `own` and `other` are warped; `unwarped` are deformed."""
        guide = self._layer("L3_offset_conv1_1", torch.cat([own[2], other[2]], dim=1))
        guide = self._layer("L3_offset_conv3_1", self._layer("L3_offset_conv2_1", guide))
        aligned = [_leaky(self.L3_dcnpack_1(unwarped[2], guide, flows[2]))]
        for level, size in (("L2", 1), ("L1", 0)):
            fine = self._layer(
                f"{level}_offset_conv1_1", torch.cat([own[size], other[size]], dim=1)
            )
            fine = self._layer(f"{level}_offset_conv1_2", fine)
            larger = functional.interpolate(
                guide, size=list(fine.shape[2:]), mode="bilinear", align_corners=False
            )
            guide = self._layer(f"{level}_offset_conv2_1", torch.cat([fine, larger * 2], dim=1))
            guide = self._layer(f"{level}_offset_conv3_1", guide)
            deform = self.get_submodule(f"{level}_dcnpack_1")
            features = deform(unwarped[size], guide, flows[size])
            aligned.insert(0, features if size == 0 else _leaky(features))
        return aligned

    def _layer(self, name: str, x: Tensor) -> Tensor:
        return _leaky(self.get_submodule(name)(x))


class FGDCN(nn.Module):
    """The network: both frames warped to the middle, and what their aligned features add.

    Shapes: two frames (2, 3, H, W) to the frame between them, (1, 3, H, W).
    Range: 0..1. Sides are padded with zeros to multiples of 16, as the authors do.
    Source: Lei et al., "Flow Guidance Deformable Compensation Network for Video Frame Interpolation",
    IEEE TMM 2023, arXiv:2211.12117.
    """

    def __init__(self, guiding: int = 64) -> None:
        super().__init__()
        self.pcd_align = Alignment(guiding)
        self.flow_fea_fusin = GridNet()
        self.flow_net = MiddleFlow()

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the frame between the two."""
        height, width = input.shape[2:]
        padded = functional.pad(input, [0, -width % MULTIPLE, 0, -height % MULTIPLE])
        frames = [padded[:1], padded[1:]]
        flows, mask, features = self.flow_net(frames)
        pairs = zip(frames, flows, strict=True)
        first, second = (warp(frame, flow) for frame, flow in pairs)
        middle = first * mask + second * (1 - mask)
        change = self.flow_fea_fusin(self._compensated(flows, mask, features))
        result: Tensor = (middle + change)[:, :, :height, :width]
        return result

    def _compensated(self, flows: Maps, mask: Tensor, features: list[Maps]) -> Maps:
        """Return the features of both frames in the middle, side by side, at three sizes."""
        moved = [warped(maps, flow) for maps, flow in zip(features, flows, strict=True)]
        masks = [mask, resized(mask, 0.5), resized(mask, 0.25)]
        results = []
        for own, other in ((0, 1), (1, 0)):
            flow = flows[own]
            sizes = [flow, resized(flow, 0.5) * 0.5, resized(flow, 0.25) * 0.25]
            aligned = self.pcd_align(moved[own], moved[other], features[own], sizes)
            parts = masks if own == 0 else [1 - m for m in masks]
            triples = zip(aligned, moved[own], parts, strict=True)
            results.append([(a + m) * part for a, m, part in triples])
        return [torch.cat(pair, dim=1) for pair in zip(*results, strict=True)]


def _leaky(x: Tensor) -> Tensor:
    return functional.leaky_relu(x, _SLOPE)
