"""Saliency by simple priors: contrast at middling frequencies, nearness to the centre, warm colour."""

from functools import cache
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Image
from iqabench.metrics.core.lazy import scipy_fft
from iqabench.metrics.shared.bilinear import resized
from iqabench.metrics.shared.downsampling import Doubles

Number = TypeVar("Number", bound=np.floating)

SIDE = 256
_FREQUENCY, _BANDWIDTH = 0.021, 1.34
_CENTRE = 145.0
WARMTH = 0.001
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([[0.9642], [1.0], [0.8251]])
"""D50, as the authors have it, although the matrix above is for D65."""


def sdsp(image: Image) -> NDArray[np.float32]:
    """The saliency of an image (H, W, C) in 0..255, from 0 to 1; zeros if it is flat.

    Computed on 256 x 256 pixels, whatever the image's shape. One channel counts as R = G = B.
    """
    height, width = image.shape[:2]
    if _flat(image):
        return np.zeros((height, width), np.float32)
    small = resized(image.astype(np.float32), SIDE, SIDE).astype(np.float64)
    lab = _lab(np.broadcast_to(small, (SIDE, SIDE, 3)))
    waves = scipy_fft.irfft2(scipy_fft.rfft2(lab) * log_gabor_filter(), (SIDE, SIDE))
    contrast = np.sqrt((waves * waves).sum(axis=0))
    warmth = _normalised(lab[1]) ** 2 + _normalised(lab[2]) ** 2
    saliency = contrast * centre_weights() * (1 - np.exp(-warmth / WARMTH**2))
    return _normalised(resized(saliency.astype(np.float32), height, width))


def _flat(image: Image) -> bool:
    """Asked of the image itself: once resized, a flat one would vary by rounding."""
    return bool((image[0] == image[0, 0]).all() and (image == image[0, 0]).all())


def _lab(rgb: Doubles) -> Doubles:
    """Shapes: (h, w, 3) in 0..255 to (3, h, w)."""
    values = np.maximum(rgb.reshape(-1, 3).T, 0) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    xyz = np.asarray(cv2.transform(linear.T[None], XYZ))[0].T / WHITE
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), (903.3 * xyz + 16) / 116)
    lab = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])
    return lab.reshape(3, *rgb.shape[:2])


@cache
def log_gabor_filter() -> Doubles:
    """The half that a real transform needs, zero frequency at the corner and left out."""
    y, x = np.meshgrid(np.fft.fftfreq(SIDE), np.fft.rfftfreq(SIDE), indexing="ij")
    radius = np.hypot(x, y)
    kept = (radius > 0) & (radius <= 0.5)
    distance = np.log(np.where(kept, radius, 1) / _FREQUENCY)
    return np.where(kept, np.exp(-(distance**2) / (2 * _BANDWIDTH**2)), 0)


@cache
def centre_weights() -> Doubles:
    """The authors count pixels from 1 and have the centre at 128."""
    distance = (np.arange(SIDE) + 1 - SIDE / 2) ** 2
    return np.exp(-(distance[:, None] + distance) / _CENTRE**2)


def _normalised(plane: NDArray[Number]) -> NDArray[Number]:
    low, high = plane.min(), plane.max()
    return (plane - low) / (high - low) if high > low else np.zeros_like(plane)
