"""Correction of a family of tests of the same images, by Westfall and Young's step-down method.

All tests of a family are repeated with the signs of whole images turned at random, so that what the
comparisons share (the best model, images on which all models differ alike) counts once. A p value is the
share of these repetitions in which any test that is not yet decided is as extreme. So a model that is far
away, or nearly a copy of another, costs the other comparisons next to nothing, where Holm's correction
multiplies each p value by the number of models.

Source: Westfall and Young, "Resampling-based multiple testing", 1993 (step-down maxT).
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Signs = NDArray[np.int8]

_MOST_EXACT = 14
"""Largest number of samples for which all ways to turn signs are tried."""
TURNS = 10_000
"""Number of random ways that are tried for more samples."""
_AT_ONCE = 4_000_000


def family_p_values(scores: Doubles, alone: Doubles) -> Doubles:
    """Return p values that are corrected for the family, never below those of the single tests, `alone`.

    `scores` are signed scores of each comparison and image, zero for ties.

    Shapes: (comparisons, samples) and (comparisons,) to (comparisons,).
    """
    if not len(scores):
        return np.empty(0)
    lengths = np.sqrt((scores**2).sum(axis=1, keepdims=True))
    scaled = scores / np.where(lengths > 0, lengths, 1.0)
    seen = np.abs(scaled.sum(axis=1))
    order = np.argsort(-seen, kind="stable")
    counts = np.zeros(len(scores))
    signs = _signs(scores.shape[1])
    step = max(1, _AT_ONCE // sum(scores.shape))
    for at in range(0, len(signs), step):
        turned = np.abs(scaled[order] @ signs[at : at + step].T.astype(np.float64))
        largest = np.maximum.accumulate(turned[::-1], axis=0)[::-1]
        counts += (largest >= seen[order][:, None] - 1e-9).sum(axis=1)
    corrected = np.empty(len(scores))
    corrected[order] = np.maximum.accumulate(np.maximum(counts / len(signs), alone[order]))
    return corrected


@lru_cache(maxsize=8)
def _signs(samples: int) -> Signs:
    """Return ways to turn the signs of samples, the given one first; a way and its opposite count as one.

    Shapes: (ways, samples).
    """
    if samples <= _MOST_EXACT:
        ways = np.arange(2 ** max(0, samples - 1))
        bits = (ways[:, None] >> np.arange(samples)) & 1
        return (1 - 2 * bits).astype(np.int8)
    drawn = np.random.default_rng(0).integers(0, 2, (TURNS, samples), dtype=np.int8)
    drawn[0] = 0
    return 1 - 2 * drawn
