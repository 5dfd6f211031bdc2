"""What the six metrics of LPIPS have in common."""

from importlib.util import find_spec
from pathlib import Path

from iqabench.errors import MetricWeightsError
from iqabench.images import Pair
from iqabench.metrics.core.metric import Register, metric
from iqabench.metrics.networks.backbones import Backbone


def lpips_metric(
    title: str,
    net: str,
    version: str,
    backbone: Backbone,
    *,
    min_size: int,
    cost: float,
    revision: int = 1,
) -> Register[Pair]:
    """Register the decorated function as LPIPS with heads of that version on that backbone.

    `net`: the name of the backbone in the authors' package. `revision`: of our numbers, as every metric has
    it.
    """

    def requirement(metric: str) -> None:
        backbone.path(metric)
        heads_file(metric, net, version)

    return metric(
        title=f"Learned perceptual image patch similarity ({title}, v{version})",
        better="lower",
        identical=0.0,
        low=0.0,
        min_size=min_size,
        colour=True,
        tolerance=1e-5,
        source="Zhang et al., The unreasonable effectiveness of deep features as a perceptual metric, "
        "CVPR 2018",
        version=revision,
        cost=cost,
        files=(backbone.whole,),
        requirement=requirement,
    )


def heads_file(owner: str, net: str, version: str) -> Path:
    """Return the file of the heads that the authors trained, which lies in their package.

    Raises: MetricWeightsError when the package is not installed.
    """
    package = find_spec("lpips")  # found, not imported: it would bring torchvision's models along
    if package is None or package.origin is None:
        raise MetricWeightsError(
            f"{owner} needs the package lpips for its heads: pip install lpips."
        )
    return Path(package.origin).parent / "weights" / f"v{version}" / f"{net}.pth"


def distance(pair: Pair, owner: str, net: str, version: str = "0.1") -> float:
    """The distance in a backbone, with heads of that version. `owner`: the metric, for messages.

    Raises: MetricError when the network's weights cannot be had.
    """
    # Imported here: PSNR and SSIM, which this folder's scan brings along, do not wait for torch.
    import torch  # noqa: PLC0415

    from iqabench.metrics.networks.learned import tensors  # noqa: PLC0415
    from iqabench.metrics.networks.lpips_network import network  # noqa: PLC0415

    apart = network(pair.device, owner, net, version)
    with torch.inference_mode():
        return float(apart(*tensors(pair, 127.5, -1.0)))
