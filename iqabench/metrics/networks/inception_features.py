"""The features of Inception, for FID and KID."""

import threading

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from iqabench.images import OutputView
from iqabench.metrics.networks.backbones import inception
from iqabench.metrics.networks.image_tensors import load_state, precision
from iqabench.metrics.networks.inception import Inception

_SIDE = 299
_loading = threading.Lock()
_loaded: dict[str, Inception] = {}


def inception_features(seen: OutputView, owner: str) -> NDArray[np.float64]:
    """Return the 2048 features of the last pooling, computed once an image.

    As pytorch-fid: resized to 299x299 by two-tap bilinear interpolation, which smooths nothing when it
    reduces, then -1..1. Grey images count as R = G = B.

    Shapes: (1, 2048).
    Raises: MetricWeightsError when the weights cannot be had.
    """
    return seen.shared("inception features", lambda s: _features(s, owner))


def _features(seen: OutputView, owner: str) -> NDArray[np.float64]:
    model = network(seen.device, owner)
    image = np.broadcast_to(seen.output, (*seen.shape[:2], 3)).transpose(2, 0, 1)
    with torch.inference_mode():
        x = torch.from_numpy(image.astype(np.float32)).to(seen.device, precision(seen.device))
        x = functional.interpolate(
            x[None] / 255, size=(_SIDE, _SIDE), mode="bilinear", align_corners=False
        )
        return np.asarray(model(2 * x - 1).cpu(), np.float64)


def network(device: str, owner: str) -> Inception:
    """Return the network with its published weights, loaded once for each device.

    `owner`: the metric that needs it, for messages.

    Raises: MetricWeightsError when they can be had nowhere.
    """
    with _loading:
        if device not in _loaded:
            _loaded[device] = _load(owner).to(device, precision(device))
        return _loaded[device]


def _load(owner: str) -> Inception:
    state = load_state(inception(owner))
    with torch.device("meta"):  # without drawing weights at random first
        model = Inception()
    kept = {name: state[name] for name in state if not name.startswith("fc.")}
    model.load_state_dict(kept, assign=True)
    return model.requires_grad_(False).eval()
