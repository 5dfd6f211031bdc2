"""What PieAPP and its dense form have in common."""

import numpy as np

from iqabench.files import RemoteFile
from iqabench.images import Pair

WEIGHTS = RemoteFile(
    "PieAPPv0.1.pth",
    "https://github.com/photosynthesis-team/piq/releases/download/v0.5.4/PieAPPv0.1.pth",
    sha256="0937b01480c7a637ae3018af755faa8ecde4788b52bb246b7ae62cf96fb6baf0",
    bytes=None,
    page="https://github.com/prashnani/PerceptualImageError",
)
"""The authors' own file, as piq keeps it."""


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
