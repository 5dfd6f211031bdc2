"""The pairing of outputs with targets by what they show, against the pairing by their names."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Image

_SIDE = 24
_LIKE, _UNLIKE = 0.95, 0.85
"""The correlations above and below which two small images show the same, or do not."""

Thumbnail = NDArray[np.float64]


def thumbnail(image: Image) -> Thumbnail:
    """Return a small grey image with mean 0 and length 1.

    Shapes: (H, W, C) to (576,).
    """
    pixels = np.ascontiguousarray(image.mean(axis=2, dtype=np.float32))
    small = cv2.resize(pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float64)
    small = small.ravel() - small.mean()
    return np.asarray(small / max(float(np.linalg.norm(small)), 1e-9))


def mispairing(
    outputs: Mapping[str, Thumbnail], targets: Mapping[str, Thumbnail]
) -> dict[str, str]:
    """Return the sample whose output shows the target of a sample, for those whose own does not.

    The result is empty when all show their own, or when no exchange of outputs explains the rest. Both are by
    sample.
    """
    names = list(targets)
    if len(names) < 2:
        return {}
    alike = np.array([outputs[n] for n in names]) @ np.array([targets[n] for n in names]).T
    source = {}
    for at, name in enumerate(names):
        best = int(alike[:, at].argmax())
        if alike[at, at] < _UNLIKE and alike[best, at] > _LIKE:
            source[name] = names[best]
    return source if len(source) > 1 and set(source) == set(source.values()) else {}


def in_words(source: Mapping[str, str]) -> str:
    """Return a sentence on outputs that show the target of another sample, without a full stop."""
    named = [f"that of '{output}' shows '{target}'" for target, output in source.items()]
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    return f"outputs belong to other targets than their names say: {', '.join(named[:3])}{more}"
