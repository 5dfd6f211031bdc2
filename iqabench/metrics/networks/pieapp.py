"""What PieAPP and its dense form have in common."""

import numpy as np

from iqabench.images import Pair


def error(pair: Pair, owner: str, stride: int) -> float:
    """The error with patches that far apart. `owner`: the metric, for messages.

    Raises: MetricError when the network's weights cannot be had.
    """
    # Imported here: PSNR and SSIM, which this folder's scan brings along, do not wait for torch.
    import torch  # noqa: PLC0415

    from iqabench.metrics.networks.learned import tensors  # noqa: PLC0415
    from iqabench.metrics.networks.pieapp_network import network  # noqa: PLC0415

    made = network(pair.device, owner)
    if np.array_equal(pair.output, pair.target):
        return 0.0  # the network says so too, but for rounding
    with torch.inference_mode():
        output, target = (image.flip(1) for image in tensors(pair, 1.0))
        return float(made(output, target, stride))
