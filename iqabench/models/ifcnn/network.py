"""IFCNN: features of each source, joined by their maximum, sum or mean, and turned into an image."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""The colours of ImageNet, by which sources are normalised."""


class _Features(nn.Module):
    """A 3x3 convolution on replicated edges, normalised over the batch and rectified."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(features, features, 3, bias=False)
        self.bn = nn.BatchNorm2d(features)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Return the rectified features."""
        padded = functional.pad(x, (1, 1, 1, 1), mode="replicate")
        rectified: Tensor = self.relu(self.bn(self.conv(padded)))
        return rectified


class IFCNN(nn.Module):
    """A network of one scale that fuses any number of sources; their order does not matter.

    Shapes: (T, 3, H, W) to (1, 3, H, W). Range: 0..1.
    """

    def __init__(self, join: Literal["max", "sum", "mean"] = "max", features: int = 64) -> None:
        super().__init__()
        self.join = join
        self.conv2 = _Features(features)
        self.conv3 = _Features(features)
        self.conv4 = nn.Conv2d(features, 3, 1)
        self.conv1 = nn.Conv2d(3, features, 7, bias=False)
        self.conv1.weight.requires_grad = (
            False  # the first layer of ResNet-101, which is not trained
        )

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the fused image."""
        mean, deviation = (input.new_tensor(c).view(1, 3, 1, 1) for c in (_MEAN, _DEVIATION))
        padded = functional.pad((input - mean) / deviation, (3, 3, 3, 3), mode="replicate")
        features = self.conv2(self.conv1(padded))
        fused: Tensor = self.conv4(self.conv3(self._joined(features)))
        return fused * deviation + mean

    def _joined(self, features: Tensor) -> Tensor:
        if self.join == "max":
            return features.amax(dim=0, keepdim=True)
        total = torch.sum(features, dim=0, keepdim=True)
        return total / len(features) if self.join == "mean" else total


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:
    """Return published weights with the counters of batches, which are younger than the files."""
    del scale
    counters = {f"{name}.bn.num_batches_tracked": torch.tensor(0) for name in ("conv2", "conv3")}
    return {**state, **counters}
