"""Structural similarity of clips and volumes."""

from collections import deque
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.errors import MetricError
from iqabench.images import ClipView
from iqabench.metrics.core.metric import of_clips
from iqabench.metrics.shared.structural_similarity import K1, K2, SIGMA, WINDOW

_KERNEL = cv2.getGaussianKernel(WINDOW, SIGMA, cv2.CV_64F)
_EDGE = WINDOW // 2

Maps = NDArray[np.float64]
"""Local means of x, y, x^2, y^2 and x y, (5, H, W)."""


@of_clips(
    title="Structural similarity in three dimensions",
    better="higher",
    identical=1.0,
    low=-1.0,
    high=1.0,
    min_size=WINDOW,
    source="SSIM (Wang et al., IEEE TIP 13(4), 2004) with an 11x11x11 Gaussian window, over "
    "frames too; torchmetrics computes it for volumes with a reflected border besides",
    cost=400,
)
def ssim_3d(clip: ClipView) -> float:
    """Return the mean similarity of the 11x11x11 windows that lie within the clip, then over channels.

    The window is a Gaussian of sigma 1.5 over rows, columns and frames, so that flicker counts, which SSIM of
    single frames does not see. K = (0.01, 0.03), L = 255.

    Range: -1 to 1, which is the value of identical clips.
    Raises: MetricError for a clip of fewer than 11 frames.
    """
    if len(clip.frames) < WINDOW:
        raise MetricError(
            f"ssim_3d looks at {WINDOW} frames at once, and the clip has {len(clip.frames)}; choose a longer "
            "clip, or ssim, the mean over single frames."
        )
    peak = clip.frames[0].peak
    constants = ((K1 * peak) ** 2, (K2 * peak) ** 2)
    channels = range(clip.shape[2])
    means = [
        float(np.mean([_similarity(maps, constants) for maps in _windows(clip, channel)]))
        for channel in channels
    ]
    return float(np.mean(means))


def _windows(clip: ClipView, channel: int) -> Iterator[Maps]:
    """Yield the local means around each frame that is far enough from both ends."""
    waiting: deque[Maps] = deque(maxlen=WINDOW)
    for frame in clip.frames:
        x = frame.output[:, :, channel].astype(np.float64)
        y = frame.target[:, :, channel].astype(np.float64)
        products = (x, y, x * x, y * y, x * y)
        filtered = [cv2.sepFilter2D(p, cv2.CV_64F, _KERNEL, _KERNEL) for p in products]
        waiting.append(np.stack([f[_EDGE:-_EDGE, _EDGE:-_EDGE] for f in filtered]))
        if len(waiting) == WINDOW:
            yield np.einsum("t,tkhw->khw", _KERNEL[:, 0], np.stack(waiting))


def _similarity(maps: Maps, constants: tuple[float, float]) -> float:
    x, y, xx, yy, xy = maps
    c1, c2 = constants
    luminance = (2 * x * y + c1) / (x * x + y * y + c1)
    contrast = (2 * (xy - x * y) + c2) / (xx - x * x + yy - y * y + c2)
    return float(np.mean(luminance * contrast))
