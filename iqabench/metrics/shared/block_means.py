"""Smaller by means of blocks, as the authors' MATLAB programs do: conv2(image, box, 'same'), sampled."""

from math import ceil
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def block_means(
    image: NDArray[Any], side: int, before: int = 0, number: type[np.floating[Any]] = np.float32
) -> NDArray[Any]:
    """The means of side x side pixels, the first of which begin `before` pixels outside the image.

    There are as many as conv2(image, ones(side) / side^2, 'same') with every side-th pixel kept: the last
    may reach beyond the image, where zeros lie, or not to its end.

    Shapes: (H, W) or (H, W, C) to (ceil(H / side), ceil(W / side)) or that and C, of `number`.
    """
    height, width = image.shape[:2]
    rows, columns = ceil(height / side), ceil(width / side)
    below, right = rows * side - before - height, columns * side - before - width
    image = image[: min(below, 0) or None, : min(right, 0) or None].astype(number)
    if max(before, below, right) > 0:
        rim = before, max(below, 0), before, max(right, 0)
        image = cv2.copyMakeBorder(image, *rim, cv2.BORDER_CONSTANT, value=0)
    means = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(means)
