"""Gradient magnitude similarity deviation."""

from math import sqrt

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.deviation_pooling import C, squares
from iqabench.metrics.shared.gradients import lack, magnitudes


@metric(
    title="Gradient magnitude similarity deviation",
    better="lower",
    identical=0.0,
    low=0.0,
    high=0.58,
    min_size=3,
    source="Xue et al., Gradient magnitude similarity deviation: a highly efficient perceptual image "
    "quality index, IEEE TIP 23(2), 2014",
    cost=6.4,
)
def gmsd(pair: Pair) -> float:
    """Return the standard deviation of the similarity of Prewitt gradients.

    It is taken on luminance at half size, with c = 170. Zeros lie around the image, so its rim counts as an
    edge. The deviation is taken over n - 1 values, as the authors' MATLAB does by std2; the paper and piq
    divide by n, a part in 2n lower. Luminance is not rounded, where MATLAB's rgb2gray of 8-bit pixels gives
    whole levels.

    Range: 0, the value of identical images, to 1/2 (0.58 on the smallest images, of four values).
    Source: Xue et al., IEEE TIP 23(2), 2014.
    """
    similarity = lack(*magnitudes(pair, 1), C)
    return sqrt(squares(similarity) / (similarity.size - 1))


@batched_form(of=gmsd)
def batched_gmsd(batch: Batch) -> "torch.Tensor":
    """Return the deviation of each pair, (N,)."""
    plane = tensors.filters.PLANE
    lacks = tensors.planes.lack(tensors.planes.magnitudes(batch), C).double()
    deviations = lacks - lacks.mean(plane, keepdim=True)
    count = lacks[0].numel()
    return (deviations.square_().sum(plane) / (count - 1)).sqrt()
