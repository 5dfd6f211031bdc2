"""The consistency of outputs with inputs of a known resize, which tells how the inputs were made.

A super-resolved image, made smaller again by the same resize that made its input, gives that input back: at
52 to 57 dB for networks trained for PSNR (IMDN and a small plain network on Set5 x4). With another resize it
does so at 45 dB at most, and a network with inputs of another resize never reaches more than 45 dB.
"""

from collections.abc import Callable, Iterable, Mapping
from math import inf, log10

import numpy as np
from PIL import Image as PillowImage

from iqabench.images import Image, quantise
from iqabench.images.imresize import imresize

SURE_DB = 48.0
"""Consistency in dB above which the outputs were made from inputs of that resize."""
_CLEAR_DB = 1.5
"""The lead in dB that another resize than the papers' needs."""
_BORDER = 2
_UNSURE = (
    "Inputs: made smaller again by {usual}, outputs and targets differ ({value:.1f} dB; networks trained for "
    "PSNR reach 52 to 57 from such inputs). Either the outputs were made from inputs of another resize "
    "(OpenCV's, torch's without antialias, area), or from shifted or other images, or by a method that does "
    "not aim at fidelity: an interpolation, a network trained for perception."
)


def _pillow(image: Image, scale: int) -> Image:
    size = (image.shape[1] // scale, image.shape[0] // scale)
    planes = [
        np.asarray(
            PillowImage.fromarray(image[:, :, c]).resize(size, PillowImage.Resampling.BICUBIC)
        )
        for c in range(image.shape[2])
    ]
    return np.stack(planes, axis=2)


RESIZES: dict[str, Callable[[Image, int], Image]] = {
    "MATLAB's imresize": lambda image, scale: imresize(image, 1 / scale),
    "Pillow's bicubic": _pillow,
}


def inconsistency(output: Image, target: Image, scale: int) -> dict[str, float]:
    """Return the mean squared error between output and target, both made smaller, for each resize.

    The result is empty at scale 1 and for images that are too small.

    Shapes: both (H, W, C), 8-bit.
    """
    height, width = (side // scale * scale for side in target.shape[:2])
    if scale == 1 or min(height, width) < scale * (2 * _BORDER + 8):
        return {}
    small = slice(_BORDER, -_BORDER)
    channels = min(output.shape[2], target.shape[2])
    pair = [quantise(image)[:height, :width, :channels] for image in (output, target)]
    errors = {}
    for name, resize in RESIZES.items():
        o, t = (
            quantise(resize(np.ascontiguousarray(image), scale))[small, small] for image in pair
        )
        errors[name] = float(((o.astype(np.float64) - t) ** 2).mean())
    return errors


def consistency(images: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean PSNR in dB over the images, for each resize."""
    decibels: dict[str, list[float]] = {}
    for errors in images:
        for name, mse in errors.items():
            decibels.setdefault(name, []).append(10 * log10(255**2 / mse) if mse else inf)
    return {name: float(np.mean(values)) for name, values in decibels.items()}


def inputs_in_words(consistencies: Mapping[str, float], *, sure_only: bool = False) -> list[str]:
    """Return sentences on how the inputs were made, from the consistency under each resize.

    With `sure_only` nothing is said where it cannot be told.
    """
    if not consistencies:
        return []
    best = max(consistencies, key=lambda name: consistencies[name])
    usual, value = next(iter(consistencies)), consistencies[best]
    if value < SURE_DB:
        return [] if sure_only else [_UNSURE.format(usual=usual, value=consistencies[usual])]
    if best != usual and value - consistencies[usual] < _CLEAR_DB:
        best, value = usual, consistencies[usual]
    if best == usual:
        return [
            f"Inputs: the outputs were made from inputs of {usual} ({value:.1f} dB), as in the papers."
        ]
    return [
        f"Inputs: the outputs were made from inputs of {best} ({value:.1f} dB; {usual} "
        f"{consistencies[usual]:.1f}); the papers' inputs are of {usual}."
    ]
