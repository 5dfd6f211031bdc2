"""Entropy."""

import numpy as np

from iqabench.images import OutputView
from iqabench.metrics.core.metric import no_reference
from iqabench.metrics.shared.grey import rounded_grey


@no_reference(
    title="Entropy of the grey levels",
    unit="bits",
    better="higher",
    low=0.0,
    high=8.0,
    source="Shannon, A mathematical theory of communication, 1948; MATLAB's entropy()",
    cost=5,
)
def entropy(seen: OutputView) -> float:
    """Return the entropy of the 256 levels of grey: -sum p log2 p.

    Range: 0, the value of flat images, to 8. Units: bits a pixel.
    Source: MATLAB's entropy(rgb2gray(image)).
    """
    grey = rounded_grey(seen)
    counts = np.bincount(grey.ravel(), minlength=256)
    shares = counts[counts > 0] / grey.size
    return abs(float((shares * np.log2(shares)).sum()))
