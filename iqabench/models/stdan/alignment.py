"""The alignment of two frames in a pyramid of three sizes, and the recurrent step made of two of them."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.deformable import DeformableConv2d

Pyramid = Sequence[Tensor]
"""The features of a frame at three sizes, the largest first: (N, C, H, W), half and a quarter of it."""


class PyramidSteps(nn.Module):
    """The convolutions that make the two smaller sizes of a pyramid."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.fea_L2_conv1 = conv3x3(features, features, stride=2)
        self.fea_L2_conv2 = conv3x3(features, features)
        self.fea_L3_conv1 = conv3x3(features, features, stride=2)
        self.fea_L3_conv2 = conv3x3(features, features)

    def pyramid(self, x: Tensor) -> list[Tensor]:
        """Return the features x at three sizes; height and width of x are multiples of 4."""
        half = leaky(self.fea_L2_conv2(leaky(self.fea_L2_conv1(x))))
        quarter = leaky(self.fea_L3_conv2(leaky(self.fea_L3_conv1(half))))
        return [x, half, quarter]


class PyramidAlignment(nn.Module):
    """Two alignments, of a frame to another and back, from the smallest size to the largest.

    Source: Wang et al., "EDVR", CVPRW 2019, arXiv:1905.02716, section 3.2, used in both directions.
    """

    def __init__(self, features: int, groups: int) -> None:
        super().__init__()
        for direction in (1, 2):
            for level in (3, 2, 1):
                layers: dict[str, nn.Module] = {
                    "offset_conv1": conv3x3(2 * features, features),
                    "offset_conv2": conv3x3(features if level == 3 else 2 * features, features),
                    "dcnpack": DeformableConv2d(features, features, groups),
                }
                if level < 3:
                    layers["offset_conv3"] = conv3x3(features, features)
                    layers["fea_conv"] = conv3x3(2 * features, features)
                for name, layer in layers.items():
                    self.add_module(f"L{level}_{name}_{direction}", layer)

    def aligned(self, first: Pyramid, second: Pyramid) -> Tensor:
        """Return the first frame aligned to the second, beside the second aligned to the first.

        Shapes: to (N, 2 C, H, W).
        """
        moved = [self._moved(1, first, second), self._moved(2, second, first)]
        return torch.cat(moved, dim=1)

    def _moved(self, direction: int, own: Pyramid, other: Pyramid) -> Tensor:
        """Return the largest features of one frame, aligned to the other."""
        guide, features = self._smallest(direction, own[2], other[2])
        for level in (2, 1):
            name = f"L{level}_{{}}_{direction}".format
            pair = torch.cat([own[level - 1], other[level - 1]], dim=1)
            finer = leaky(self._layer(name("offset_conv1"), pair))
            finer = torch.cat(
                [finer, 2 * doubled(guide)], dim=1
            )  # offsets are twice as many pixels
            guide = leaky(self._layer(name("offset_conv2"), finer))
            guide = leaky(self._layer(name("offset_conv3"), guide))
            moved = self._layer(name("dcnpack"), own[level - 1], guide)
            features = torch.cat([moved, doubled(features)], dim=1)
            features = self._layer(name("fea_conv"), features)
            features = leaky(features) if level == 2 else features
        return features

    def _smallest(self, direction: int, own: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
        """Return the guide and the aligned features at a quarter of the size."""
        pair = torch.cat([own, other], dim=1)
        guide = leaky(self._layer(f"L3_offset_conv1_{direction}", pair))
        guide = leaky(self._layer(f"L3_offset_conv2_{direction}", guide))
        return guide, leaky(self._layer(f"L3_dcnpack_{direction}", own, guide))

    def _layer(self, name: str, *features: Tensor) -> Tensor:
        result: Tensor = self.get_submodule(name)(*features)
        return result


class StateAlignment(PyramidSteps):
    """The alignment of the features of the frame between with the state, from which it makes one map."""

    def __init__(self, features: int, groups: int) -> None:
        super().__init__(features)
        self.pcd_align = PyramidAlignment(features, groups)
        self.fusion = conv1x1(2 * features, features)

    def forward(self, x: Tensor, state: Tensor) -> Tensor:
        """Return the state, aligned to the features x, both (N, C, H, W)."""
        aligned = self.pcd_align.aligned(self.pyramid(x), self.pyramid(state))
        fused: Tensor = self.fusion(aligned)
        return fused


class RecurrentInterpolation(PyramidAlignment):
    """One step of the recurrence: the features of the frame between two, and the state for the next pair."""

    def __init__(self, features: int, groups: int) -> None:
        super().__init__(features, groups)
        self.fusion = conv1x1(2 * features, features)
        self.conv_h1 = conv3x3(features, features)
        self.conv_h2 = conv3x3(features, features)
        self.fusion_1x1 = conv1x1(2 * features, features)
        self.pcd_h = StateAlignment(features, groups)

    def forward(self, state: Tensor, first: Pyramid, second: Pyramid) -> tuple[Tensor, Tensor]:
        """Return the features between two frames and the state, both (N, C, H, W)."""
        between = self.fusion(self.aligned(first, second))
        remembered = self.pcd_h(between, state)
        between = self.fusion_1x1(torch.cat([remembered, between], dim=1))
        return between, self.conv_h2(leaky(self.conv_h1(between)))


def leaky(x: Tensor) -> Tensor:
    """Return the activation of x."""
    return functional.leaky_relu(x, 0.1)


def doubled(x: Tensor) -> Tensor:
    """Return features of twice the height and width."""
    return functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
