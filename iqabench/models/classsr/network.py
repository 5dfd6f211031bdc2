"""ClassSR by Kong et al.: three networks of growing width, and a classifier of patches."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.carn_bn.network import CARNBatchNorm
from iqabench.models.fsrcnn.network import FSRCNN
from iqabench.models.layers.blocks import add_numbered, conv1x1

PATCH = 32
"""The side of a patch of the input, in pixels."""
STRIDE = 28
"""The distance of neighbouring patches, in pixels."""


class PatchClassifier(nn.Module):
    """A small network that scores the difficulty of a patch.

    Shapes: (N, 3, H, W), H and W at least 4, to (N, classes).
    Range: 0..1.
    """

    def __init__(self, features: int = 128, narrow: int = 32, classes: int = 3) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, features, 4, stride=4), nn.LeakyReLU(0.1)]
        for _ in range(3):
            layers += [conv1x1(features, features), nn.LeakyReLU(0.1)]
        self.CondNet = nn.Sequential(*layers, conv1x1(features, narrow))
        self.lastOut = nn.Linear(narrow, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the classes, light first."""
        scores: Tensor = self.lastOut(self.CondNet(x).mean(dim=(2, 3)))
        return scores


class ClassSR(nn.Module):
    """Patches of 32 pixels at a stride of 28, enlarged by the network of each class; overlaps are averaged.

    The published protocol crops the input to a whole number of patches; here the last patches of a row or a
    column end at the border instead, so that the output has the size of the target. Where the input is a
    whole number of patches both are the same.

    Shapes: input (N, 3, H, W) to output (N, 3, scale H, scale W) and route (N, 1, scale H, scale W).
    Range: 0..1; route is 0, 1/2 or 1 where a patch was light, medium or heavy.
    Source: Kong et al., "ClassSR: A General Framework to Accelerate Super-Resolution Networks by Data
    Characteristic", CVPR 2021, arXiv:2103.04039.
    """

    def __init__(self, parent: str, widths: Sequence[int], scale: int = 4) -> None:
        super().__init__()
        self.scale = scale
        self.classifier = PatchClassifier(classes=len(widths))
        branches: list[nn.Module] = [
            CARNBatchNorm(scale, width, mean_layers=True)
            if parent == "carn"
            else FSRCNN(scale, width)
            for width in widths
        ]
        self.branches = add_numbered(self, "net", branches)

    def forward(self, input: Tensor) -> dict[str, Tensor]:  # noqa: A002 - the role of the part
        """Return the output, the route, and the share of patches that the widest network enlarged."""
        results = [self._image(image) for image in torch.split(input, 1)]
        output, route, shares = (torch.cat(parts) for parts in zip(*results, strict=True))
        return {"output": output, "route": route, "heavy": shares.mean()}

    def _image(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the output and the route of one image, and which of its patches are heavy."""
        corners = list(_corners(*image.shape[2:]))
        patches = torch.cat([image[..., y : y + PATCH, x : x + PATCH] for y, x in corners])
        classes = self._classes(patches)
        enlarged = patches.new_empty(
            len(patches), 3, *(side * self.scale for side in patches.shape[2:])
        )
        for number, name in enumerate(self.branches):
            chosen = classes == number
            if chosen.any():
                enlarged[chosen] = self.get_submodule(name)(patches[chosen]).to(enlarged.dtype)
        degrees = classes.to(enlarged.dtype) / (len(self.branches) - 1)
        output, route = self._joined(image, corners, enlarged, degrees)
        return output, route, (classes == len(self.branches) - 1).to(enlarged.dtype)

    def _classes(self, patches: Tensor) -> Tensor:
        """Return the class of each patch; patches of a tiny image are continued to four pixels."""
        down, right = (max(0, 4 - side) for side in patches.shape[2:])
        padded = functional.pad(patches, (0, right, 0, down), mode="replicate")
        scores: Tensor = self.classifier(padded)
        return scores.argmax(dim=1)

    def _joined(
        self, image: Tensor, corners: Sequence[tuple[int, int]], patches: Tensor, degrees: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the mean of overlapping patches, and the class of the last patch that covers a pixel."""
        height, width = (side * self.scale for side in image.shape[2:])
        total = patches.new_zeros(1, 3, height, width)
        counts, route = patches.new_zeros(2, 1, 1, height, width)
        rows, columns = patches.shape[2:]
        for (y, x), patch, degree in zip(corners, patches, degrees, strict=True):
            down, right = y * self.scale, x * self.scale
            place = (..., slice(down, down + rows), slice(right, right + columns))
            total[place] += patch
            counts[place] += 1
            route[place] = degree
        return total / counts, route


def _corners(height: int, width: int) -> Iterator[tuple[int, int]]:
    """Yield the upper left corners of the patches, row by row."""
    for y in patch_starts(height):
        for x in patch_starts(width):
            yield y, x


def patch_starts(side: int) -> list[int]:
    """Return the starts of patches along a side; the last patch ends at the border."""
    last = max(side - PATCH, 0)
    return [*range(0, last, STRIDE), last]
