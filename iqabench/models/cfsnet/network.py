"""CFSNet by Wang et al.: a main branch and a tuning branch, mixed by one number at run time."""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.shapes import Shapes, count, tail_scale


def _conv(inputs: int, outputs: int, size: int = 3) -> nn.Conv2d:
    """Return a convolution without bias that keeps height and width."""
    return nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=False)


def _enlarging(features: int, scale: int) -> nn.Sequential:
    """Return a 3x3 convolution and an enlargement by 1x1 convolutions and pixel shuffles.

    Shapes: (N, features, H, W) to (N, features, scale H, scale W).
    """
    factors = [3] if scale == 3 else [2] * (scale.bit_length() - 1)
    steps = [
        layer
        for factor in factors
        for layer in (_conv(features, factor**2 * features, 1), nn.PixelShuffle(factor))
    ]
    return nn.Sequential(_conv(features, features), nn.Sequential(*steps))


def _linear_chain(*widths: int) -> nn.Sequential:
    """Return linear maps without bias, one after the other, without activations."""
    return nn.Sequential(*(nn.Linear(one, other, bias=False) for one, other in pairwise(widths)))


class ResidualPair(nn.Module):
    """Two convolutions with bias, whose output is added to the input.

    Shapes: (N, features, H, W), kept.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        first, second = (nn.Conv2d(features, features, 3, padding=1) for _ in range(2))
        self.body = nn.Sequential(first, nn.ReLU(inplace=True), second)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        change: Tensor = self.body(x)
        return change + x


class TuningPair(nn.Module):
    """Two convolutions without bias and without skip: the other end of the mix.

    Shapes: (N, features, H, W), kept.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv0 = _conv(features, features)
        self.relu0 = nn.ReLU()
        self.conv1 = _conv(features, features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        tuned: Tensor = self.conv1(self.relu0(self.conv0(x)))
        return tuned


class MainBranch(nn.Module):
    """The branch that is trained first, for fidelity; at alpha 0 it makes the output."""

    def __init__(self, scale: int, blocks: int, features: int) -> None:
        super().__init__()
        self.head = _conv(3, features)
        self.body = nn.ModuleList(ResidualPair(features) for _ in range(blocks))
        self.tail = _enlarging(features, scale)
        self.end = _conv(features, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger, of this branch only."""
        shallow = self.head(x)
        deep = shallow
        for block in self.body:
            deep = block(deep)
        enlarged: Tensor = self.end(self.tail(deep + shallow))
        return enlarged


class TuningBranch(nn.Module):
    """The branch that is trained second, with the weights of the mix for each channel of each block."""

    def __init__(self, scale: int, blocks: int, features: int, control: int) -> None:
        super().__init__()
        self.control_alpha = _linear_chain(control, 256, 128, features)
        self.adaptive_alpha = nn.ModuleList(
            _linear_chain(features, features, features) for _ in range(blocks + 1)
        )
        pairs = [TuningPair(features) for _ in range(blocks)]
        self.tuning_blocks = nn.ModuleList([*pairs, _enlarging(features, scale)])

    def weights(self, control: Tensor) -> list[Tensor]:
        """Return the weight of the tuning branch for each block, and for the enlargement.

        They are linear in the control vector: no map has a bias or an activation.

        Shapes: (N, control) to (N, features, 1, 1) each.
        """
        shared = self.control_alpha(control)
        return [chain(shared)[:, :, None, None] for chain in self.adaptive_alpha]


class CFSNet(nn.Module):
    """A super-resolution network between two objectives: `alpha` 0 is the main branch.

    Every block mixes the main branch and the tuning branch, channel by channel: main (1 - a) + tuned a,
    with a linear in alpha.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1.
    Source: Wang et al., "CFSNet: Toward a Controllable Feature Space for Image Restoration", ICCV 2019,
    arXiv:1904.00634, section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": tail_scale(shapes, "main.tail.1"),
            "blocks": count(shapes, "main.body.#.body.0.weight"),
            "features": shapes["main.head.weight"][0],
        }

    def __init__(
        self, scale: int, blocks: int = 30, features: int = 64, control: int = 512
    ) -> None:
        super().__init__()
        self.control = control
        self.main = MainBranch(scale, blocks, features)
        self.tuning_blocks = TuningBranch(scale, blocks, features, control)

    def forward(self, input: Tensor, alpha: float = 0.0) -> Tensor:  # noqa: A002 - the role of the part
        """Return the image, `scale` times larger; alpha is 0 for the main branch, 1 for the other end."""
        control = input.new_full((len(input), self.control), alpha)
        *weights, last = self.tuning_blocks.weights(control)
        shallow = self.main.head(input)
        deep = shallow
        tuned = self.tuning_blocks.tuning_blocks
        for block, tune, weight in zip(self.main.body, tuned, weights, strict=False):
            deep = _mix(block(deep), tune(deep), weight)
        both = deep + shallow
        enlarged: Tensor = self.main.end(_mix(self.main.tail(both), tuned[-1](both), last))
        return enlarged


def _mix(main: Tensor, tuned: Tensor, weight: Tensor) -> Tensor:
    """Return main (1 - weight) + tuned weight; at weight 0 the main branch, bit for bit."""
    return main * (torch.ones_like(weight) - weight) + tuned * weight
