"""The flow step of FGDCN: optical flow from the middle to both frames, estimated and then refined."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.video import warp

Maps = list[Tensor]
"""Maps of full, half and quarter size."""


def resized(maps: Tensor, factor: float) -> Tensor:
    """Return maps enlarged or reduced by bilinear interpolation."""
    return functional.interpolate(maps, scale_factor=factor, mode="bilinear", align_corners=False)


def activated(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    """Return a convolution with a rectifier of one slope for each channel."""
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2)
    return nn.Sequential(conv, nn.PReLU(outputs))


def warped(maps: Maps, flow: Tensor) -> Maps:
    """Return maps of three sizes, each warped by the flow of full size, reduced to it."""
    results = []
    for features in maps:
        results.append(warp(features, flow))
        flow = resized(flow, 0.5) * 0.5
    return results


class FlowBlock(nn.Module):
    """The change of both flows, at half of the size, seen from a size that is `scale` times smaller."""

    def __init__(self, inputs: int, scale: int, features: int) -> None:
        super().__init__()
        self.scale = scale
        half = features // 2
        self.conv0 = nn.Sequential(
            activated(inputs, half, stride=2), activated(half, features, stride=2)
        )
        self.convblock = nn.Sequential(*(activated(features, features) for _ in range(8)))
        self.conv1 = nn.ConvTranspose2d(features, 4, 4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the change, (N, 4, H / 2, W / 2)."""
        x = x if self.scale == 1 else resized(x, 1 / self.scale)
        x = self.conv0(x)
        flow: Tensor = self.conv1(self.convblock(x) + x)
        return flow if self.scale == 1 else resized(flow, self.scale)


class TwoLayers(nn.Module):
    """Two activated convolutions, the first of which may reduce the size."""

    def __init__(self, inputs: int, outputs: int, stride: int = 2) -> None:
        super().__init__()
        self.conv1 = activated(inputs, outputs, stride=stride)
        self.conv2 = activated(outputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return the features."""
        y: Tensor = self.conv2(self.conv1(x))
        return y


class Refinement(nn.Module):
    """A change of both flows of one size, from how well the warped features agree in 3x3 surroundings."""

    def __init__(self, width: int) -> None:
        super().__init__()
        sigmoid = nn.Sigmoid()
        # The authors' files hold these layers, which no output depends on.
        self.occl_convs = nn.Sequential(
            *activated(2 * width, width, 1),
            *activated(width, width, 1),
            nn.Conv2d(width, 1, 1),
            sigmoid,
        )
        last = nn.Conv2d(width, 1, 3, padding=1)
        self.occl_convs_new = nn.Sequential(
            *activated(2 * width, width), *activated(width, width), last, sigmoid
        )
        self.corr_convs = nn.Sequential(*activated(9, width, 1), *activated(width, width, 1))
        self.flow_convs = nn.Sequential(*activated(2, width), *activated(width, width))
        self.motion_convs = activated(2 * width, width)
        self.gru = nn.Sequential(*activated(3 * width + 2, width), *activated(width, width))
        self.flow_head = nn.Sequential(*activated(width, width), nn.Conv2d(width, 2, 3, padding=1))

    def forward(self, maps: Maps, flows: Maps, mask: Tensor) -> tuple[Maps, Tensor]:
        """Return both flows and the mask, of the features of both frames at one size."""
        count, channels, height, width = maps[0].shape
        around = [
            warp(functional.unfold(m, 3, padding=1).view(count, channels * 9, height, width), flow)
            for m, flow in zip(maps, flows, strict=True)
        ]
        around = [patches.view(count, channels, 9, height, width) for patches in around]
        centres = [patches[:, :, 4] for patches in around]
        mask = self.occl_convs_new(torch.cat(centres, dim=1)) + mask
        middle = centres[0] * mask + centres[1] * (1 - mask)
        known = _unit(middle)[:, :, None]
        results = []
        for patches, centre, flow in zip(around, centres, flows, strict=True):
            agreement = self.corr_convs((_unit(patches) * known).sum(dim=1))
            motion = self.motion_convs(torch.cat([agreement, self.flow_convs(flow)], dim=1))
            change = self.flow_head(self.gru(torch.cat([middle, centre, motion, flow], dim=1)))
            results.append(flow + change)
        return results, mask


class Refinements(nn.Module):
    """The refinement of the flows from a quarter to the full size, and the features of both frames."""

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        self.conv1 = TwoLayers(3, width, 1)
        self.conv2 = TwoLayers(width, 2 * width)
        self.conv3 = TwoLayers(2 * width, 4 * width)
        self.rf_block1 = Refinement(width)
        self.rf_block2 = Refinement(2 * width)
        self.rf_block3 = Refinement(4 * width)

    def forward(self, frames: Maps, flow: Tensor) -> tuple[Maps, Tensor, list[Maps]]:
        """Return the flows, the mask, and the features of each frame at three sizes."""
        pyramids = []
        for frame in frames:
            full = self.conv1(frame)
            half = self.conv2(full)
            pyramids.append([full, half, self.conv3(half)])
        height, width = frames[0].shape[2:]
        mask = flow.new_zeros(len(flow), 1, height // 4, width // 4)
        flow = resized(flow, 0.5) * 0.5
        for size, block in ((2, self.rf_block3), (1, self.rf_block2), (0, self.rf_block1)):
            maps = [pyramid[size] for pyramid in pyramids]
            flows, mask = block(maps, [flow[:, :2], flow[:, 2:]], mask)
            flow = torch.cat(flows, dim=1)
            if size:
                flow, mask = resized(flow, 2) * 2, resized(mask, 2)
        return [flow[:, :2], flow[:, 2:]], mask, pyramids


class MiddleFlow(nn.Module):
    """The flows from the middle to both frames, from coarse to fine.

    Shapes: two frames (N, 3, H, W), whose sides are multiples of 16.
    """

    def __init__(self) -> None:
        super().__init__()
        self.block0 = FlowBlock(6, 4, 180)
        self.block1 = FlowBlock(10, 2, 120)
        self.block2 = FlowBlock(10, 1, 90)
        self.refine = Refinements()

    def forward(self, frames: Maps) -> tuple[Maps, Tensor, list[Maps]]:
        """Return the flows, the mask, and the features of each frame at three sizes."""
        flow: Tensor = self.block0(torch.cat(frames, dim=1))
        for block in (self.block1, self.block2):
            large = resized(flow, 2) * 2
            nearer = [warp(frames[0], large[:, :2]), warp(frames[1], large[:, 2:])]
            flow = flow + block(torch.cat([*nearer, large], dim=1))
        refined: tuple[Maps, Tensor, list[Maps]] = self.refine(frames, flow)
        return refined


def _unit(vectors: Tensor) -> Tensor:
    """Return vectors along the channels, of length 1."""
    return vectors / ((vectors**2).sum(dim=1, keepdim=True) + 1e-12) ** 0.5
