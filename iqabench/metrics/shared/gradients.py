"""Gradients after Prewitt, and how much two of them differ.

Similarity is computed as what it lacks to 1,

    1 - (2ab + c) / (a^2 + b^2 + c) = (a - b)^2 / (a^2 + b^2 + c)

which is exactly 0 where the images agree and loses no digit where they nearly do.
"""

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Pair
from iqabench.metrics.shared.half_sizes import grey_halves

Plane = NDArray[Any]
"""(H, W), of float32."""

DIFFERENCE = np.array([1.0, 0.0, -1.0])
MEAN = np.ones(3) / 3


class Magnitudes(NamedTuple):
    """Lengths of the gradients of output and target, (H, W)."""

    output: Plane
    target: Plane


def magnitudes(pair: Pair, halvings: int) -> Magnitudes:
    """Return the magnitudes of the pair in grey, halved so many times; computed once."""
    return pair.shared(f"magnitudes_{halvings}", lambda p: _magnitudes(p, halvings))


def gradient(plane: Plane) -> tuple[Plane, Plane]:
    """Differences over two pixels, across and down, means of three; zeros lie around the plane."""
    return (
        cv2.sepFilter2D(plane, -1, DIFFERENCE, MEAN, borderType=cv2.BORDER_CONSTANT),
        cv2.sepFilter2D(plane, -1, MEAN, DIFFERENCE, borderType=cv2.BORDER_CONSTANT),
    )


def length(across: Plane, down: Plane) -> Plane:
    """Return the length of the gradient with these components, which are overwritten."""
    across *= across
    down *= down
    across += down
    return np.asarray(np.sqrt(across, out=across))


def lack(a: Plane, b: Plane, constant: float, mask: float = 0.0) -> Plane:
    """Return 1 minus the similarity of two planes of magnitudes; a mask takes mask * ab off both sides."""
    difference = a - b
    difference *= difference
    # a^2 + b^2 - mask ab, of the difference and the product
    whole = a * b
    whole *= np.float32(2 - mask)
    whole += difference
    whole += np.float32(constant)
    return np.asarray(np.divide(difference, whole, out=difference))


def _magnitudes(pair: Pair, halvings: int) -> Magnitudes:
    output, target = grey_halves(pair, halvings)
    return Magnitudes(length(*gradient(output)), length(*gradient(target)))
