"""The orientation of outputs: mirrored, turned, or with red and blue swapped."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Image

Turn = Callable[[Image], Image]

TURNS: dict[str, Turn] = {
    "mirrored left to right": lambda image: image[:, ::-1],
    "mirrored top to bottom": lambda image: image[::-1],
    "turned by 180 degrees": lambda image: image[::-1, ::-1],
    "transposed": lambda image: image.swapaxes(0, 1),
    "turned by 90 degrees to the right": lambda image: np.rot90(image, 1),
    "turned by 90 degrees to the left": lambda image: np.rot90(image, -1),
    "turned by 90 degrees and mirrored": lambda image: np.rot90(image, 2).swapaxes(0, 1),
}
"""The turns by their names, each with the function that takes it back."""

_SIDE = 96
_BETTER = 0.25
"""The share of the squared error that has to be left when a turn is taken back."""


def turn(output: Image, target: Image) -> str:
    """Return the name of the turn that an output has against its target, or nothing.

    Shapes: both (H, W, 3), H and W may be swapped in one of them.
    """
    small = _small(target)
    limit = np.inf if output.shape[:2] != target.shape[:2] else _error(_small(output), small)
    found = ""
    for name, back in TURNS.items():
        turned = back(output)
        if turned.shape[:2] != target.shape[:2]:
            continue
        error = _error(_small(turned), small)
        if error < _BETTER * limit and error < _BETTER * float(small.var()):
            found, limit = name, error / _BETTER
    return found


def has_swapped_colours(output: Image, target: Image) -> bool:
    """Return whether red and blue of an output are swapped.

    Shapes: both (H, W, 3), alike.
    """
    o, t = (_colours(image) for image in (output, target))
    if float(((t[..., 0] - t[..., 2]) ** 2).mean()) < 1.0:
        return False
    return _error(o[..., ::-1], t) < _BETTER * _error(o, t)


def _small(image: Image) -> NDArray[np.float64]:
    return np.asarray(_colours(image).mean(axis=2))


def _colours(image: Image) -> NDArray[np.float64]:
    height, width = image.shape[:2]
    size = (min(_SIDE, width), min(_SIDE, height))
    pixels = np.ascontiguousarray(image, dtype=np.float32)
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float64)


def _error(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(((one - other) ** 2).mean())
