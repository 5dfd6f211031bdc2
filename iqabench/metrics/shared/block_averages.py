"""Averages over even blocks, whose number need not divide that of the pixels: adaptive average pooling."""

import numpy as np
from numpy.typing import NDArray


def adaptive_average(image: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Return the means over height x width blocks that cover the image and may share a row or column.

    Block i of n covers the pixels floor(i L / n) to ceil((i + 1) L / n) of a side of L pixels, as torch's
    adaptive_avg_pool2d does.

    Shapes: image (H, W, C), H >= height and W >= width; the result (height, width, C).
    """
    return _along(_along(image, 0, height), 1, width)


def _along(image: NDArray[np.float64], axis: int, number: int) -> NDArray[np.float64]:
    length = image.shape[axis]
    if length % number == 0:
        shape = [*image.shape[:axis], number, length // number, *image.shape[axis + 1 :]]
        even: NDArray[np.float64] = image.reshape(shape).mean(axis + 1)
        return even
    places = np.arange(number)
    first = places * length // number
    last = -(-(places + 1) * length // number)
    sums = np.cumsum(image, axis=axis)
    sums = np.concatenate([np.zeros_like(sums.take([0], axis)), sums], axis)
    blocks = sums.take(last, axis) - sums.take(first, axis)
    shape = [1] * image.ndim
    shape[axis] = number
    means: NDArray[np.float64] = blocks / (last - first).reshape(shape)
    return means
