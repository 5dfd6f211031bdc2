"""CLIP-IQA."""

import numpy as np

from iqabench.images import OutputView
from iqabench.metrics import networks
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import no_reference
from iqabench.metrics.networks.weights import CLIP, clip_file


@no_reference(
    title="CLIP-IQA (ResNet-50, 'Good photo.' against 'Bad photo.')",
    better="higher",
    low=0.0,
    high=1.0,
    min_size=31,
    colour=True,
    tolerance=1e-5,
    source="Wang et al., Exploring CLIP for assessing the look and feel of images, AAAI 2023",
    cost=3100,
    files=(CLIP[0],),
    network=True,
    requirement=clip_file,
)
def clip_iqa(seen: OutputView) -> float:
    """Return CLIP's probability that 'Good photo.' describes the image, and not 'Bad photo.'.

    The image is not resized: CLIP goes without the places of its features. Grey images count as R = G = B.

    Range: 0 to 1.
    Raises: MetricWeightsError when the network's weights cannot be had.
    Source: Wang et al., AAAI 2023; equals piq. pyiqa's clipiqa is another metric: the mean over five other
        pairs ('Good image' and 'bad image', 'Sharp image' ...), and it is pyiqa's that many papers print.
    """
    goodness = networks.clip_network.network(seen.device)
    scaled = seen.output.astype(np.float32) / np.float32(255)
    coloured = np.broadcast_to(scaled, (*scaled.shape[:2], 3)).transpose(2, 0, 1)[None].copy()
    with torch.inference_mode():
        image = torch.from_numpy(coloured).to(
            seen.device, networks.image_tensors.precision(seen.device)
        )
        return float(goodness(image))
