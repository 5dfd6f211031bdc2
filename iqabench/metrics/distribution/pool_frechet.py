"""Frechet distance of one output's features from those of a pool."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from iqabench.images import OutputView, PoolView
from iqabench.metrics import networks
from iqabench.metrics.core.metric import against_pool
from iqabench.metrics.core.pool_images import pool_images
from iqabench.metrics.networks.backbones import ALEXNET
from iqabench.metrics.shared.feature_moments import Floats, Moments
from iqabench.metrics.shared.frechet import frechet

_LAYERS = (2, 3)
_SHARE = 0.01
"""The share of the pool's mean variance that is added to each variance before features are divided by it."""


@against_pool(
    title="Frechet distance of an output's AlexNet features from a pool's",
    better="lower",
    low=0.0,
    min_size=128,
    colour=True,
    tolerance=1e-4,
    source="Heusel et al., NIPS 2017, for the distance; Shaham et al., SinGAN, ICCV 2019, for places as "
    "samples; Zhang et al., CVPR 2018, for the features",
    cost=360,
    files=(ALEXNET.whole,),
    network=True,
    requirement=ALEXNET.path,
)
def pool_frechet(seen: PoolView) -> float:
    """Return the Frechet distance of the features of the output's places from those of the pool's places.

    A combination of ours, not a published number. As in SinGAN's single image FID a sample is a place of an
    early layer, so that one image suffices; the features are those of LPIPS before its weights, of AlexNet's
    second and third layer, each vector divided by its length.

    - Features count in units of the pool's deviations along its principal axes, each variance raised by 0.01
      of their mean; the distance is divided by their number and added up over the two layers. So what
      pristine images hardly ever show weighs as much as what they show all the time.
    - The output's covariance is neither shrunk nor regularised, though an image of 250 pixels a side has 196
      places for the third layer's 384 features: the distance is computed from roots of both covariances,
      which is exact for any rank. Shrinking it towards the pool's ordered no better.

    Fewer places give larger values, and scenes differ more than mild damage does: only outputs of about one
    size under one pool compare, and means over a set say more than single values. Of 16 photographs of BSD100
    under a pool of 32 others, blur of 0.7 pixels and more, noise of 15 and more, JPEG of quality 50 and less
    and x4 upscaling raised it in 91 % of cases; noise of 5 in half of them.

    Range: 0 upwards; about 1 for photographs of 480 x 320, 6 for 240 x 240.
    Raises: MetricWeightsError when the network's weights cannot be had; MetricError for a pool that is empty
        or has images below 31 pixels a side.
    """
    layers = seen.pool.shared("alexnet moments", lambda _: _pool(seen))
    result = _moments([seen])
    return sum(
        frechet(_in_units(one, layer.units), layer.moments)
        for one, layer in zip(result, layers, strict=True)
    )


class PoolLayer(NamedTuple):
    """The pool's features in one layer."""

    moments: Moments
    """The moments in these units."""
    units: Floats
    """(D, k): features times this are in units of the pool's deviations."""


def _pool(seen: PoolView) -> list[PoolLayer]:
    result = _moments(pool_images(seen, "pool_frechet", 31))
    units = [_units(one) for one in result]
    return [PoolLayer(_in_units(one, by), by) for one, by in zip(result, units, strict=True)]


def _units(of: Moments) -> Floats:
    axes = np.linalg.eigh(of.root.T @ of.root / max(of.count - 1, 1))
    variances = np.maximum(axes.eigenvalues, 0)
    mean = variances.mean() or 1.0  # a pool of flat images of one colour: any unit will do
    return np.asarray(axes.eigenvectors / np.sqrt((variances + _SHARE * mean) * len(variances)))


def _in_units(of: Moments, units: Floats) -> Moments:
    return Moments(of.images, of.count, of.mean @ units, of.root @ units)


def _moments(images: Iterable[OutputView]) -> list[Moments]:
    result = [Moments.gathered(()) for _ in _LAYERS]
    for image in images:
        for tile in networks.alexnet_layers.alexnet_layers(image, "pool_frechet", _LAYERS):
            result = [m + Moments.gathered([x]) for m, x in zip(result, tile, strict=True)]
    return result
