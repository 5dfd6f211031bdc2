"""Learned perceptual image patch similarity."""

import numpy as np

from iqabench.images import Image, Pair
from iqabench.metrics._metric import metric


@metric(
    title="Learned perceptual image patch similarity (AlexNet, v0.1)",
    better="lower",
    identical=0.0,
    low=0.0,
    min_size=31,
    colour=True,
    tolerance=1e-5,
    source="Zhang et al., The unreasonable effectiveness of deep features as a perceptual metric, "
    "CVPR 2018",
    cost=640,
)
def lpips(pair: Pair) -> float:
    """The distance of the two images in the features of AlexNet, weighed as people judged.

    Grey images count as R = G = B.

    Range: 0, the value of identical images, upwards; rarely above 1.
    Raises: MetricError when the network's weights cannot be had.
    Source: Zhang et al., CVPR 2018; version 0.1 of its weights.
    """
    # Imported here: PSNR and SSIM, which this folder's scan brings along, do not wait for torch.
    import torch  # noqa: PLC0415

    from iqabench.metrics._lpips_network import network, precision  # noqa: PLC0415

    distance = network(pair.device)
    with torch.inference_mode():
        output, target = (
            torch.from_numpy(_signed(image)).to(pair.device, precision(pair.device))
            for image in (pair.output, pair.target)
        )
        return float(distance(output, target))


def _signed(image: Image) -> Image:
    """Shapes: (H, W, C) in 0..255 to (1, 3, H, W) in -1..1."""
    scaled = image.astype(np.float32) / np.float32(127.5) - np.float32(1)
    coloured = np.broadcast_to(scaled, (*image.shape[:2], 3))
    return coloured.transpose(2, 0, 1)[None].copy()
