"""The registration and computation that the six metrics of LPIPS share."""

from iqabench.images import Pair
from iqabench.metrics import networks
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import Register, metric
from iqabench.metrics.networks.backbones import Backbone
from iqabench.metrics.networks.weights import lpips_heads_file


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
        lpips_heads_file(metric, net, version)

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
        network=True,
        requirement=requirement,
    )


def distance(pair: Pair, owner: str, net: str, version: str = "0.1") -> float:
    """Return the distance in a backbone, with heads of that version. `owner`: the metric, for messages.

    Raises: MetricError when the network's weights cannot be had.
    """
    apart = networks.lpips_network.network(pair.device, owner, net, version)
    with torch.inference_mode():
        return float(apart(*networks.image_tensors.tensors(pair, 127.5, -1.0)))
