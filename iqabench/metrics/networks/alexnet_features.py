"""The features of AlexNet at each place of an image."""

import threading
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from iqabench.images import OutputView
from iqabench.metrics.networks.backbones import ALEXNET
from iqabench.metrics.networks.convolutions import alexnet, convolutions
from iqabench.metrics.networks.image_tensors import load_state, precision

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""The mean and deviation of ImageNet's colours, as torchvision's networks expect them, in 0..1."""

_loading = threading.Lock()


def alexnet_features(seen: OutputView, owner: str) -> NDArray[np.float64]:
    """Return the 256 features of the fifth convolution, after its ReLU, at each of its places.

    The image keeps its size: a place every 16 pixels, which sees 163. Grey images count as R = G = B.

    Shapes: (places, 256).
    Raises: MetricWeightsError when the weights cannot be had.
    """
    model = network(seen.device, owner)
    image = np.broadcast_to(seen.output, (*seen.shape[:2], 3)).astype(np.float64) / 255
    scaled = ((image - MEAN) / DEVIATION).transpose(2, 0, 1)
    with torch.inference_mode():
        result = model(
            torch.from_numpy(scaled.copy()).to(seen.device, precision(seen.device))[None]
        )
    return np.asarray(result[0].flatten(1).T.cpu(), np.float64)


def network(device: str, owner: str) -> nn.Sequential:
    """Return AlexNet's convolutions with their published weights, loaded once for each device and owner.

    `owner`: the metric that asks, for messages.

    Raises: MetricWeightsError when the weights cannot be had.
    """
    with _loading:
        return _network(device, owner)


@cache
def _network(device: str, owner: str) -> nn.Sequential:
    model = alexnet()
    state = convolutions(load_state(ALEXNET.path(owner)))
    model.load_state_dict({name.removeprefix("features."): state[name] for name in state})
    return model.requires_grad_(False).eval().to(device, precision(device))
