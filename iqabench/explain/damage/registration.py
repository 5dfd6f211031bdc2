"""The registration of an output with its target: the pixels by which it lies too low or too far right."""

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Image

Plane = NDArray[np.float64]
Shift = tuple[float, float]
"""Pixels down and to the right."""

_SIDE = 256
_LARGEST = 16
_SIGMA = 1.5
_STEPS = 5


def shift(output: Image, target: Image) -> Shift | None:
    """Return the shift of an output against its target, in pixels; None when it cannot be told.

    Phase correlation gives the whole pixels, least squares on smoothed luma the rest: on correct outputs of
    networks and of interpolation it lies within 0.03 pixels of 0.

    Shapes: both (H, W, 3), alike.
    """
    o, t = (_centre(image) for image in (output, target))
    if min(t.shape) < 48 or t.std() < 1:
        return None
    window = cv2.createHanningWindow(t.shape[::-1], cv2.CV_64F)
    (right, down), response = cv2.phaseCorrelate(t - t.mean(), o - o.mean(), window)
    if response < 0.05 or max(abs(right), abs(down)) > _LARGEST:
        right = down = 0.0
    smooth = [np.asarray(cv2.GaussianBlur(p, (0, 0), _SIGMA), np.float64) for p in (o, t)]
    return _refined(smooth[0], smooth[1], (float(round(down)), float(round(right))))


def moved(image: Image, down: float, right: float) -> Image:
    """Return an image moved by so many pixels; the border is replicated.

    Shapes: (H, W, C), returned alike; float64 unless both are whole numbers.
    """
    if down == round(down) and right == round(right):
        return _padded(image, round(down), round(right))
    height, width = image.shape[:2]
    matrix = np.array([[1.0, 0.0, right], [0.0, 1.0, down]])
    warped = cv2.warpAffine(
        image.astype(np.float64),
        matrix,
        (width, height),
        flags=cv2.INTER_LANCZOS4,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.clip(warped.reshape(image.shape), 0.0, 255.0)


def _padded(image: Image, down: int, right: int) -> Image:
    height, width = image.shape[:2]
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return image[rows][:, columns]


def _centre(image: Image) -> Plane:
    height, width = image.shape[:2]
    h, w = min(height, _SIDE), min(width, _SIDE)
    top, left = (height - h) // 2, (width - w) // 2
    return np.asarray(image[top : top + h, left : left + w].mean(axis=2, dtype=np.float64))


def _refined(output: Plane, target: Plane, start: Shift) -> Shift | None:
    """Return the shift by Gauss and Newton's steps from a start."""
    down, right = start
    inner = slice(_LARGEST + 8, -_LARGEST - 8)
    if min(target.shape) < 2 * _LARGEST + 32:
        inner = slice(6, -6)
    slopes = [np.asarray(np.gradient(target, axis=axis), np.float64) for axis in (0, 1)]
    gy, gx = (slope[inner, inner].ravel() for slope in slopes)
    matrix = np.array([[gy @ gy, gy @ gx], [gy @ gx, gx @ gx]])
    if np.linalg.cond(matrix) > 1e3:
        return None
    for _ in range(_STEPS):
        matrix_back = np.array([[1.0, 0.0, -right], [0.0, 1.0, -down]])
        back = cv2.warpAffine(output, matrix_back, output.shape[::-1], flags=cv2.INTER_CUBIC)[
            inner, inner
        ]
        difference = (back - target[inner, inner]).ravel()
        errors = np.array([gy @ difference, gx @ difference])
        step: Plane = np.asarray(-np.linalg.solve(matrix, errors), np.float64)
        down, right = down + step.tolist()[0], right + step.tolist()[1]
        if max(abs(down), abs(right)) > _LARGEST:
            return None
        if np.abs(step).max() < 1e-3:
            break
    return down, right
