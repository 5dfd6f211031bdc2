"""SPyNet by Ranjan and Black: optical flow from coarse to fine, which video networks bring along."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.video import warp

_LEVELS = 6
_WIDTHS = (8, 32, 64, 32, 16, 2)
_MULTIPLE = 32


class FlowLevel(nn.Module):
    """Five 7x7 convolutions that correct the flow of one size.

    Shapes: (N, 8, H, W), the frame, the warped other frame and the flow, to (N, 2, H, W).
    """

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(_WIDTHS):
            layers += [nn.Conv2d(inputs, outputs, 7, padding=3), nn.ReLU()]
        self.basic_module = nn.Sequential(*layers[:-1])

    def forward(self, x: Tensor) -> Tensor:
        """Return the change of the flow."""
        change: Tensor = self.basic_module(x)
        return change


class SpyNet(nn.Module):
    """Optical flow from frames to others, level by level.

    Shapes: twice (N, 3, H, W) to (N, 2, H, W), in pixels.
    Range: 0..1.
    Source: Ranjan and Black, "Optical Flow Estimation using a Spatial Pyramid Network", CVPR 2017,
    arXiv:1611.00850.
    """

    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.basic_module = nn.ModuleList(FlowLevel() for _ in range(_LEVELS))
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))

    def forward(self, frames: Tensor, others: Tensor) -> Tensor:
        """Return the flow, estimated at a size whose sides are multiples of 32, from 64."""
        height, width = frames.shape[2:]
        size = [max(-(-side // _MULTIPLE), 2) * _MULTIPLE for side in (height, width)]
        flow = self._estimate(_resized(frames, size), _resized(others, size))
        flow = _resized(flow, [height, width])
        ratio = [width / size[1], height / size[0]]
        return flow * flow.new_tensor(ratio).view(1, 2, 1, 1)

    def _estimate(self, frames: Tensor, others: Tensor) -> Tensor:
        pairs = [((frames - self.mean) / self.std, (others - self.mean) / self.std)]
        for _ in range(_LEVELS - 1):
            pairs.append(tuple(functional.avg_pool2d(image, 2) for image in pairs[-1]))  # type: ignore[arg-type]
        height, width = pairs[-1][0].shape[2:]
        flow = frames.new_zeros(len(frames), 2, height // 2, width // 2)
        for level, (frame, other) in zip(self.basic_module, reversed(pairs), strict=True):
            flow = 2 * functional.interpolate(
                flow, scale_factor=2, mode="bilinear", align_corners=True
            )
            missing = [frame.shape[3] - flow.shape[3], frame.shape[2] - flow.shape[2]]
            flow = functional.pad(flow, [0, missing[0], 0, missing[1]], mode="replicate")
            flow = flow + level(torch.cat([frame, warp(other, flow), flow], dim=1))
        return flow


def _resized(images: Tensor, size: list[int]) -> Tensor:
    if list(images.shape[2:]) == size:
        return images
    return functional.interpolate(images, size=size, mode="bilinear", align_corners=False)
