"""The features of the early layers of AlexNet, where damage shows most and scenes differ least."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from iqabench.images import OutputView
from iqabench.metrics.networks.alexnet_features import DEVIATION, MEAN, network
from iqabench.metrics.networks.convolutions import through
from iqabench.metrics.networks.image_tensors import precision
from iqabench.metrics.networks.tiles import tiles

Floats = NDArray[np.float64]

WIDTHS = {1: 64, 2: 192, 3: 384}
"""Features of each layer, counted from 1, after its ReLU. All have a place in images of 31 pixels a side."""

_TAPS = {1: 1, 2: 4, 3: 7}
_STRIDES = {1: 4, 2: 8, 3: 16}
"""Pixels from place to place."""


def alexnet_layers(seen: OutputView, owner: str, layers: tuple[int, ...]) -> Iterator[list[Floats]]:
    """Yield for each tile of the image the features of these layers at each place, divided by their length.

    As in LPIPS, the length does not count: a place of much contrast weighs as one of little. Grey images
    count as R = G = B. `owner`: the metric that asks, for messages.

    Shapes: for each layer (places, width).
    Raises: MetricWeightsError when the network's weights cannot be had.
    """
    model = network(seen.device, owner)
    x = torch.from_numpy(_scaled(seen)).to(seen.device, precision(seen.device))
    taps = [_TAPS[layer] for layer in layers]
    for tile in tiles(*seen.shape[:2]):
        with torch.inference_mode():
            result = islice(through(model, taps, tile.cut(x)), len(taps))
            yield [
                _unit(tile.inner(y, _STRIDES[layer])[0])
                for layer, y in zip(layers, result, strict=True)
            ]


def _scaled(seen: OutputView) -> NDArray[np.float32]:
    image = np.broadcast_to(seen.output, (*seen.shape[:2], 3)).astype(np.float32) / np.float32(255)
    scaled = (image - np.array(MEAN, np.float32)) / np.array(DEVIATION, np.float32)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])


def _unit(features: Tensor) -> Floats:
    result = features.flatten(1).T.cpu().numpy().astype(np.float64)
    return np.asarray(result / (np.sqrt(np.square(result).sum(1, keepdims=True)) + 1e-10))
