"""The network of unpaired_iqa: how good an image looks beside pristine ones of other scenes.

Paper: Unpaired-IQA (arXiv:2105.02464) fuses features of the distorted image with those of an unpaired
pristine one. No more than that was at hand when this was written: neither its text nor its code. Here,
and ours: which features, how they are fused, and how they are trained.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from iqabench.errors import MetricWeightsError
from iqabench.images import OutputView
from iqabench.metrics.networks.alexnet_layers import WIDTHS, alexnet_layers
from iqabench.metrics.networks.unpaired_weights import TRAINING, trained_file

OWNER = "unpaired_iqa"
LAYERS = (1, 2)
FEATURES = 2 * sum(WIDTHS[layer] for layer in LAYERS)
"""Numbers that describe an image."""

_FLOOR = 1e-4
"""Added before the logarithm: features that an image lacks."""


class Unpaired(nn.Module):
    """Quality of images beside pristine ones.

    Both are described alike, and encoded by the same layer. Fused are their codes and how far these lie
    apart; as their scenes differ, this is no error but tells what kind of image was expected.

    Shapes: two (N, 512) to (N,).
    Range: 0 is the mean of the opinions that it was trained on, 1 a standard deviation better.
    """

    def __init__(self, width: int = 32, hidden: int = 16) -> None:
        super().__init__()
        self.mean = nn.Buffer(torch.zeros(FEATURES))
        self.deviation = nn.Buffer(torch.ones(FEATURES))
        """The deviation of the descriptions that it was trained on."""
        self.encode = nn.Sequential(nn.Linear(FEATURES, width), nn.ReLU())
        self.judge = nn.Sequential(nn.Linear(3 * width, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def standardised(self, described: Tensor) -> Tensor:
        """Descriptions in units of their deviation."""
        return (described - self.mean) / self.deviation

    def fused(self, output: Tensor, pristine: Tensor) -> Tensor:
        """The quality, of standardised descriptions."""
        one, other = self.encode(output), self.encode(pristine)
        judged: Tensor = self.judge(torch.cat((one, other, (one - other).abs()), 1))
        return judged[:, 0]

    def forward(self, output: Tensor, pristine: Tensor) -> Tensor:
        """The quality, of descriptions."""
        return self.fused(self.standardised(output), self.standardised(pristine))

    @torch.inference_mode()
    def beside(self, output: NDArray[np.float64], pool: NDArray[np.float64]) -> float:
        """The mean quality of one image beside each image of a pool; shapes (512,) and (N, 512).

        Paper: one unpaired image. Here: all, as any single one is an accident.
        """
        number = self.mean.dtype
        beside = torch.from_numpy(pool).to(number)
        return float(
            self(torch.from_numpy(output).to(number).expand(len(beside), -1), beside).mean()
        )


def describe(seen: OutputView) -> NDArray[np.float64]:
    """Logarithms of mean and deviation, over all places, of the features of AlexNet's first two layers.

    Deeper ones told scenes rather than damage, where few scenes were learned from.

    Shapes: (512,).
    Raises: MetricWeightsError when AlexNet's weights cannot be had.
    """
    sums = [np.zeros((2, WIDTHS[layer])) for layer in LAYERS]
    counts = [0] * len(LAYERS)
    for tile in alexnet_layers(seen, OWNER, LAYERS):
        for layer, features in enumerate(tile):
            sums[layer] += (features.sum(0), np.square(features).sum(0))
            counts[layer] += len(features)
    parts = []
    for (first, second), count in zip(sums, counts, strict=True):
        mean = first / count
        parts += [mean, np.sqrt(np.maximum(second / count - mean**2, 0))]
    return np.log(np.concatenate(parts) + _FLOOR)


def describe_all(images: Iterable[OutputView]) -> NDArray[np.float64]:
    """One description a row."""
    return np.stack([describe(image) for image in images])


def trained() -> Unpaired:
    """The network with the weights that the user trained, or was handed.

    Raises: MetricWeightsError when there are none, or they are of another network.
    """
    path = trained_file(OWNER)
    data = path.read_bytes()
    try:
        return _made(data)
    except (SafetensorError, RuntimeError) as error:
        raise MetricWeightsError(
            f"{path} does not hold the weights of {OWNER}; train it anew with '{TRAINING}'."
        ) from error


@lru_cache(maxsize=1)
def _made(data: bytes) -> Unpaired:
    model = Unpaired()
    model.load_state_dict(load(data))
    return model.requires_grad_(False).eval().double()
