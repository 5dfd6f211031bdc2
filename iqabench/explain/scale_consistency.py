"""The scale that outputs were made at, told from the inputs that they are consistent with."""

from collections.abc import Iterable, Mapping
from math import inf, isfinite, log10

import numpy as np

from iqabench.images import Image, luma, quantise
from iqabench.images.imresize import imresize

_SCALES = (2, 3, 4)
_SURE_DB, _JUMP_DB = 50.0, 10.0
_SIDE = 240
_BORDER = 2


def scale_errors(output: Image, target: Image) -> dict[int, float]:
    """Return the mean squared error between both, made smaller by MATLAB's imresize, for usual scales.

    It is that of luma in the upper left part of the images.

    Shapes: both (H, W, 3), alike.
    """
    side = slice(0, _SIDE)
    o, t = (
        quantise(luma(quantise(i[side, side]), full=True, dtype=np.float64))
        for i in (output, target)
    )
    errors = {}
    for scale in _SCALES:
        height, width = (length // scale * scale for length in t.shape[:2])
        if min(height, width) < scale * (2 * _BORDER + 8):
            continue
        small = [imresize(np.ascontiguousarray(i[:height, :width]), 1 / scale) for i in (o, t)]
        inner = slice(_BORDER, -_BORDER)
        difference = small[0][inner, inner].astype(np.float64) - small[1][inner, inner]
        errors[scale] = float((difference**2).mean())
    return errors


def other_scale(images: Iterable[Mapping[int, float]], scale: int) -> str:
    """Return a sentence on outputs that were made at another scale, without a full stop; or nothing.

    The smallest scale of which inputs are given back is theirs: what is consistent with inputs of x2 is so
    with those of x4. A larger one than `scale` must give them back by 10 dB more than the next smaller.
    """
    decibels: dict[int, list[float]] = {}
    for errors in images:
        for tried, mse in errors.items():
            decibels.setdefault(tried, []).append(10 * log10(255**2 / mse) if mse else inf)
    means = {tried: float(np.mean(values)) for tried, values in sorted(decibels.items())}
    sure = [tried for tried, value in means.items() if value >= _SURE_DB and isfinite(value)]
    if scale == 1 or not sure or sure[0] == scale:
        return ""
    seen, smaller = sure[0], [value for tried, value in means.items() if tried < sure[0]]
    if seen > scale and (not smaller or means[seen] - smaller[-1] < _JUMP_DB):
        return ""
    return (
        f"the outputs were made at x{seen} and not at x{scale}: made smaller again, they give inputs of "
        f"x{seen} back ({means[seen]:.1f} dB)"
    )
