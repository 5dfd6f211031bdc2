"""The computation that PieAPP and its dense form share."""

import numpy as np

from iqabench.images import Pair
from iqabench.metrics import networks
from iqabench.metrics.core.lazy import torch


def error(pair: Pair, owner: str, stride: int) -> float:
    """Return the error with patches that far apart. `owner`: the metric, for messages.

    Raises: MetricError when the network's weights cannot be had.
    """
    model = networks.pieapp_network.network(pair.device, owner)
    if np.array_equal(pair.output, pair.target):
        return 0.0  # the network says so too, but for rounding
    with torch.inference_mode():
        output, target = (image.flip(1) for image in networks.image_tensors.tensors(pair, 1.0))
        return float(model(output, target, stride))
