"""NIQE with a model that is fitted to the user's own pristine images."""

import numpy as np

from iqabench.errors import MetricError
from iqabench.images import PoolView
from iqabench.metrics.core.metric import against_pool
from iqabench.metrics.core.pool_images import pool_images
from iqabench.metrics.shared.grey import rounded_grey
from iqabench.metrics.shared.natural_scene_statistics import Doubles
from iqabench.metrics.shared.niqe_model import (
    BLOCK,
    Gaussian,
    distance,
    features,
    fit,
    sharp_features,
)

_FEATURES = 36


@against_pool(
    title="Natural image quality evaluator, fitted to a pool of pristine images",
    better="lower",
    low=0.0,
    min_size=192,
    tolerance=1e-6,
    source="Mittal, Soundararajan, Bovik, Making a completely blind image quality analyzer, "
    "IEEE Signal Processing Letters 20(3), 2013",
    cost=43,
)
def pool_niqe(seen: PoolView) -> float:
    """Return the distance of the statistics of the output's blocks from those of the pool's sharp blocks.

    This is NIQE, whose published model of 125 photographs is replaced by one of the pool: fitted as the
    authors fit theirs, to blocks of 96 x 96 whose sharpness exceeds 0.75 of the sharpest of their image. It
    tells whether an output looks like the pool, and its values compare only under one pool. MATLAB's fitniqe
    fits such models too.

    Range: 0 upwards; a small pool gives larger values than the published model. What is left of whole blocks
        at the right and at the bottom is not seen.
    Raises: MetricError when the pool has fewer than 37 sharp blocks, as a Gaussian of 36 features needs
        them, or the output fewer than 2 that are not flat.
    Source: Mittal et al. 2013, and the authors' estimatemodelparam.m for the fit.
    """
    model = seen.pool.shared("niqe model", lambda _: _model(seen))
    result = features(rounded_grey(seen))
    if _count(result) < 2:
        raise MetricError("pool_niqe needs at least two blocks of 96 x 96 that are not flat.")
    return distance(fit(result), model)


def _model(seen: PoolView) -> Gaussian:
    images = pool_images(seen, "pool_niqe", BLOCK)
    result = [sharp_features(rounded_grey(image)) for image in images]
    blocks = np.vstack(result)
    count = _count(blocks)
    if count <= _FEATURES:
        raise MetricError(
            f"pool_niqe fits {_FEATURES} features to sharp blocks of {BLOCK}x{BLOCK}, and needs at least "
            f"{_FEATURES + 1} of them; the {len(result)} images of the pool '{seen.pool.name}' have "
            f"{count}. Add images, or larger ones."
        )
    return fit(blocks)


def _count(blocks: Doubles) -> int:
    """Return the number of blocks whose features are all finite: those of flat blocks are not."""
    return int(np.isfinite(blocks).all(axis=1).sum())
