"""LFFN by Yang et al.: spindle blocks, and modules fused by softmax; LFFN-S has depthwise convolutions.

Source: Yang et al., "Lightweight Feature Fusion Network for Single Image Super-Resolution", IEEE Signal
Processing Letters 26(4), 2019, arXiv:1902.05694.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import add_numbered, chain
from iqabench.models.layers.shapes import Shapes, count, shuffled
from iqabench.models.lffn.names import of_network

_PATHS = 4
"""The paths of a spindle block; path 1 is linear, and path p has p - 1 convolutions with activations."""


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:
    """Return published weights with the network's names and torch's order of dimensions."""
    del scale  # the shapes tell it
    return of_network(state)


def _conv1x1(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 1, bias=False)


class SpindlePath(nn.Module):
    """A chain of convolutions, depthwise or not, each with an activation; or a single one without.

    Shapes: (N, width, H, W) to the same.
    """

    def __init__(self, width: int, depth: int, *, depthwise: bool) -> None:
        super().__init__()
        names: list[str] = []
        groups = width if depthwise else 1
        for number in range(max(depth, 1)):
            conv = nn.Conv2d(width, width, 3, padding=1, groups=groups, bias=False)
            self.add_module(f"conv{number}", conv)
            names.append(f"conv{number}")
            if depth:
                self.add_module(f"act{number}", nn.PReLU(width))
                names.append(f"act{number}")
        self.names = tuple(names)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        return chain(self, self.names, x)[-1]


class SpindleBlock(nn.Module):
    """Wide features in four paths of growing depth, joined and made narrow again, under a skip.

    Shapes: (N, features, H, W) to the same.
    """

    def __init__(self, features: int, wide: int, *, depthwise: bool) -> None:
        super().__init__()
        self.expand = _conv1x1(features, wide)
        width = wide // _PATHS
        paths = [SpindlePath(width, depth, depthwise=depthwise) for depth in range(_PATHS)]
        self.paths = add_numbered(self, "path", paths)
        self.conv_final = _conv1x1(wide, features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        parts = self.expand(x).chunk(_PATHS, dim=1)
        joined = [getattr(self, path)(part) for path, part in zip(self.paths, parts, strict=True)]
        out: Tensor = self.conv_final(torch.cat(joined, dim=1))
        return out + x


class SpindleModule(nn.Module):
    """A chain of spindle blocks, whose outputs are joined and fused, under a skip.

    Shapes: (N, features, H, W) to the same.
    """

    def __init__(self, features: int, wide: int, blocks: int, *, depthwise: bool) -> None:
        super().__init__()
        self.blocks = tuple(f"block{number}" for number in range(blocks))
        for name in self.blocks:
            self.add_module(name, SpindleBlock(features, wide, depthwise=depthwise))
        self.fuse_conv = _conv1x1(blocks * features, features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        out: Tensor = self.fuse_conv(torch.cat(chain(self, self.blocks, x), dim=1))
        return out + x


class SoftmaxFusion(nn.Module):
    """The sum of several feature maps, each channel weighed by a softmax over the maps (SFFM).

    Shapes: as many (N, features, H, W) as there are maps, to one.
    """

    def __init__(self, features: int, maps: int) -> None:
        super().__init__()
        self.names = tuple(f"dense{number}" for number in range(maps))
        for name in self.names:
            self.add_module(name, nn.Linear(features, features, bias=False))

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Fuse the maps."""
        pairs = zip(self.names, maps, strict=True)
        scores = torch.stack([getattr(self, name)(one.mean(dim=(2, 3))) for name, one in pairs])
        weights = torch.softmax(scores, dim=0)[..., None, None]
        return (torch.stack(maps) * weights).sum(dim=0)


class LFFN(nn.Module):
    """Spindle modules fused by softmax, under a long skip, then pixel shuffles.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        features, wide = (
            shapes["feature_conv3.weight"][0],
            shapes["module0.block0.expand.weight"][0],
        )
        step = shuffled(shapes["up1.bias"][0], features)
        return {
            "scale": step**2 if "up2.bias" in shapes else step,
            "features": features,
            "wide": wide,
            "modules": count(shapes, "module#.fuse_conv.weight"),
            "blocks": count(shapes, "module0.block#.expand.weight"),
            "depthwise": shapes["module0.block0.path1.conv0.weight"][1] == 1,
        }

    def __init__(
        self,
        scale: int,
        features: int = 48,
        wide: int = 64,
        modules: int = 4,
        blocks: int = 4,
        *,
        depthwise: bool = True,
    ) -> None:
        super().__init__()
        self.step = 2 if scale == 4 else scale
        self.feature_conv1 = nn.Conv2d(3, features, 3, padding=1, bias=False)
        self.modules_in_turn = tuple(f"module{number}" for number in range(modules))
        for name in self.modules_in_turn:
            self.add_module(name, SpindleModule(features, wide, blocks, depthwise=depthwise))
        self.middle_fuse = SoftmaxFusion(features, modules)
        self.feature_conv3 = _conv1x1(features, features)
        steps = 2 if scale == 4 else 1
        convolutions = [nn.Conv2d(features, features * self.step**2, 1) for _ in range(steps)]
        self.ups = add_numbered(self, "up", convolutions)
        self.last_conv = _conv1x1(features, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = self.feature_conv1(x - 0.5)
        fused = self.middle_fuse(chain(self, self.modules_in_turn, shallow))
        features = self.feature_conv3(fused) + shallow
        for name in self.ups:
            features = functional.pixel_shuffle(getattr(self, name)(features), self.step)
        restored: Tensor = self.last_conv(features)
        return restored + 0.5
