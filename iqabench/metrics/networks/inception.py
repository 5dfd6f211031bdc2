"""Inception v3 as FID uses it: the network of 2015 in TensorFlow, under torchvision's names.

Its structure differs from torchvision's in two ways, both of which move the features: means over 3x3 leave
the border's zeros out, and the pooling branch of the last block takes a maximum, not a mean.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

Kernel = tuple[int, int]


class _Step(NamedTuple):
    """A convolution by its published name; one of stride 2 has no border."""

    name: str
    width: int
    kernel: Kernel = (1, 1)
    stride: int = 1
    border: bool = True


class _Fork(NamedTuple):
    """Two convolutions of the same features, side by side."""

    left: _Step
    right: _Step


Branch = tuple[_Step | _Fork | str, ...]
"""Steps one after the other; a word is a pooling."""


def _pool(kind: str) -> nn.Module:
    if kind == "mean":
        return nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    if kind == "maximum":
        return nn.MaxPool2d(3, stride=1, padding=1)
    return nn.MaxPool2d(3, stride=2)


class Unit(nn.Module):
    """Convolution, batch normalisation, ReLU.

    Shapes: (N, inputs, H, W) to (N, width, H', W').
    """

    def __init__(self, inputs: int, step: _Step) -> None:
        super().__init__()
        bordered = step.border and step.stride == 1
        around = (step.kernel[0] // 2, step.kernel[1] // 2) if bordered else 0
        self.conv = nn.Conv2d(inputs, step.width, step.kernel, step.stride, around, bias=False)
        self.bn = nn.BatchNorm2d(step.width, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        """The convolution, normalised, without what is negative."""
        return functional.relu(self.bn(self.conv(x)), inplace=True)


class Mixed(nn.Module):
    """Branches over the same features, put side by side.

    Shapes: (N, inputs, H, W) to (N, width, H', W').
    """

    def __init__(self, inputs: int, branches: tuple[Branch, ...]) -> None:
        super().__init__()
        self.branches = branches
        self.width = sum(self._build(inputs, branch) for branch in branches)

    def _build(self, inputs: int, branch: Branch) -> int:
        for step in branch:
            if isinstance(step, str):
                continue
            steps = (step,) if isinstance(step, _Step) else step
            for each in steps:
                self.add_module(each.name, Unit(inputs, each))
            inputs = sum(each.width for each in steps)
        return inputs

    def forward(self, x: Tensor) -> Tensor:
        """All branches."""
        return torch.cat([self._follow(x, branch) for branch in self.branches], 1)

    def _follow(self, x: Tensor, branch: Branch) -> Tensor:
        for step in branch:
            if isinstance(step, str):
                x = _pool(step)(x)
            elif isinstance(step, _Step):
                x = self.get_submodule(step.name)(x)
            else:
                x = torch.cat([self.get_submodule(each.name)(x) for each in step], 1)
        return x


def _chain(name: str, *steps: tuple[int, Kernel] | tuple[int, Kernel, int]) -> Branch:
    return tuple(_Step(f"{name}_{n}", *step) for n, step in enumerate(steps, 1))


_POINT, _ROW, _COLUMN, _SQUARE = (1, 1), (1, 7), (7, 1), (3, 3)


def _fine(pooled: int) -> tuple[Branch, ...]:
    """Return the branches at a stride of 8."""
    return (
        (_Step("branch1x1", 64),),
        _chain("branch5x5", (48, _POINT), (64, (5, 5))),
        _chain("branch3x3dbl", (64, _POINT), (96, _SQUARE), (96, _SQUARE)),
        ("mean", _Step("branch_pool", pooled)),
    )


def _middle(inner: int) -> tuple[Branch, ...]:
    """Return the branches at a stride of 16; 7x7 as rows and columns."""
    double = [(inner, kernel) for kernel in (_POINT, _COLUMN, _ROW, _COLUMN)]
    return (
        (_Step("branch1x1", 192),),
        _chain("branch7x7", (inner, _POINT), (inner, _ROW), (192, _COLUMN)),
        _chain("branch7x7dbl", *double, (192, _ROW)),
        ("mean", _Step("branch_pool", 192)),
    )


def _coarse(pool: str) -> tuple[Branch, ...]:
    """Return the branches at a stride of 32."""

    def fork(name: str) -> _Fork:
        return _Fork(_Step(f"{name}a", 384, (1, 3)), _Step(f"{name}b", 384, (3, 1)))

    return (
        (_Step("branch1x1", 320),),
        (_Step("branch3x3_1", 384), fork("branch3x3_2")),
        (*_chain("branch3x3dbl", (448, _POINT), (384, _SQUARE)), fork("branch3x3dbl_3")),
        (pool, _Step("branch_pool", 192)),
    )


_TO_MIDDLE: tuple[Branch, ...] = (
    (_Step("branch3x3", 384, _SQUARE, 2),),
    _chain("branch3x3dbl", (64, _POINT), (96, _SQUARE), (96, _SQUARE, 2)),
    ("halves",),
)
_TO_COARSE: tuple[Branch, ...] = (
    _chain("branch3x3", (192, _POINT), (320, _SQUARE, 2)),
    _chain("branch7x7x3", (192, _POINT), (192, _ROW), (192, _COLUMN), (192, _SQUARE, 2)),
    ("halves",),
)
_STEM: Branch = (
    _Step("Conv2d_1a_3x3", 32, _SQUARE, 2),
    _Step("Conv2d_2a_3x3", 32, _SQUARE, border=False),
    _Step("Conv2d_2b_3x3", 64, _SQUARE),
    "halves",
    _Step("Conv2d_3b_1x1", 80),
    _Step("Conv2d_4a_3x3", 192, _SQUARE, border=False),
    "halves",
)
_BLOCKS: dict[str, tuple[Branch, ...]] = {
    "Mixed_5b": _fine(32),
    "Mixed_5c": _fine(64),
    "Mixed_5d": _fine(64),
    "Mixed_6a": _TO_MIDDLE,
    "Mixed_6b": _middle(128),
    "Mixed_6c": _middle(160),
    "Mixed_6d": _middle(160),
    "Mixed_6e": _middle(192),
    "Mixed_7a": _TO_COARSE,
    "Mixed_7b": _coarse("mean"),
    "Mixed_7c": _coarse("maximum"),
}


class Inception(Mixed):
    """The network up to its last pooling.

    Shapes: (N, 3, H, W) to (N, 2048).
    Range: images in -1..1.
    """

    def __init__(self) -> None:
        super().__init__(3, (_STEM,))
        for name, branches in _BLOCKS.items():
            block = Mixed(self.width, branches)
            self.add_module(name, block)
            self.width = block.width

    def forward(self, x: Tensor) -> Tensor:
        """The mean of the last block's features over the image, "pool3"."""
        x = super().forward(x)
        for name in _BLOCKS:
            x = self.get_submodule(name)(x)
        return x.mean((2, 3))
