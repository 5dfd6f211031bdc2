"""SSIM with the windows, borders and sizes of other tools, in double precision; not for tables."""

from collections.abc import Callable
from math import floor
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ImageError
from iqabench.images import Pair
from iqabench.metrics import column

WINDOW = 11
"""Side of the largest window, in pixels."""

_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
Plane = NDArray[Any]


def ssim_by_window(pair: Pair, window: str) -> float:
    """Return SSIM with a window of `reading.WINDOW`, as the mean over channels.

    Raises: ImageError for images smaller than the window.
    """
    if min(pair.shape[:2]) < WINDOW:
        raise ImageError(
            f"{pair.shape[1]}x{pair.shape[0]} pixels are left of it; SSIM's window needs {WINDOW} a side."
        )
    if window == "Gaussian":
        return column("ssim").metric(pair)
    ways: dict[str, Callable[[Plane, Plane], float]] = {
        "padded": _padded,
        "downsampled": _downsampled,
        "uniform 7x7": _uniform,
    }
    way = ways[window]
    channels = range(pair.shape[2])
    output, target = pair.output.astype(np.float64), pair.target.astype(np.float64)
    return float(np.mean([way(output[:, :, c], target[:, :, c]) for c in channels]))


def _padded(output: Plane, target: Plane) -> float:
    """Return SSIM as MATLAB R2014a's ssim(): every pixel has a window, the border is replicated."""
    return float(_map(output, target, lambda p: _gaussian(p, cv2.BORDER_REPLICATE)).mean())


def _downsampled(output: Plane, target: Plane) -> float:
    """Return SSIM as ssim.m: a mean over f x f pixels, every f-th pixel, then windows within the image."""
    factor = max(1, floor(min(output.shape) / 256 + 0.5))
    if factor > 1:
        first = ((factor - 1) // 2,) * 2  # MATLAB's centre of an even window, not OpenCV's
        output, target = (
            cv2.blur(p, (factor, factor), anchor=first, borderType=cv2.BORDER_REFLECT)
            for p in (output, target)
        )
        output, target = output[::factor, ::factor], target[::factor, ::factor]
    similar = _map(output, target, lambda p: _gaussian(p, cv2.BORDER_REFLECT))
    return float(similar[5:-5, 5:-5].mean())


def _uniform(output: Plane, target: Plane) -> float:
    """Return SSIM as scikit-image's default: 7x7 means, sample covariance, half a window left out."""
    similar = _map(
        output, target, lambda p: cv2.blur(p, (7, 7), borderType=cv2.BORDER_REFLECT), 49 / 48
    )
    return float(similar[3:-3, 3:-3].mean())


def _map(x: Plane, y: Plane, mean: Callable[[Plane], Plane], sample: float = 1.0) -> Plane:
    mx, my = mean(x), mean(y)
    vx, vy = (sample * (mean(p * p) - m * m) for p, m in ((x, mx), (y, my)))
    covariance = sample * (mean(x * y) - mx * my)
    similar: Plane = ((2 * mx * my + _C1) * (2 * covariance + _C2)) / (
        (mx * mx + my * my + _C1) * (vx + vy + _C2)
    )
    return similar


def _gaussian(plane: Plane, border: int) -> Plane:
    return cv2.GaussianBlur(plane, (WINDOW, WINDOW), 1.5, borderType=border)
