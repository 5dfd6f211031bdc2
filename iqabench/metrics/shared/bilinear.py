"""MATLAB's imresize with the bilinear kernel, which is stretched when it shrinks."""

from functools import lru_cache
from math import ceil
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.metrics.core.lazy import scipy_sparse


def resized(image: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """`image`, (H, W) or (H, W, C), resized to that size."""
    rows, columns = image.shape[:2]
    across, down = resizing_matrix(columns, width), resizing_matrix(rows, height)
    # Which comes first changes only the rounding; this way the smaller image is transposed.
    if height <= rows:
        return _columns(_rows(image, down), across)
    return _rows(_columns(image, across), down)


def _rows(image: NDArray[np.float32], matrix: Any) -> NDArray[np.float32]:
    flat = matrix @ np.ascontiguousarray(image).reshape(len(image), -1)
    return np.asarray(flat, np.float32).reshape(-1, *image.shape[1:])


def _columns(image: NDArray[np.float32], matrix: Any) -> NDArray[np.float32]:
    return _transposed(_rows(_transposed(image), matrix))


def _transposed(image: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width, *channels = image.shape
    return np.asarray(cv2.transpose(image), np.float32).reshape(width, height, *channels)


@lru_cache(maxsize=32)
def resizing_matrix(length: int, size: int) -> Any:
    """The sparse matrix (size, length) of one dimension; beyond the edges the rows are mirrored."""
    scale = size / length
    reach = 1 / min(scale, 1.0)
    centre = (np.arange(size) + 0.5) / scale - 0.5
    index = np.floor(centre - reach)[:, None].astype(np.intp) + np.arange(ceil(2 * reach) + 2)
    weight = np.maximum(1 - np.abs(centre[:, None] - index) / reach, 0)
    weight /= weight.sum(axis=1, keepdims=True)
    index %= 2 * length
    index = np.minimum(index, 2 * length - 1 - index)
    line = np.broadcast_to(np.arange(size)[:, None], index.shape)
    used = weight > 0
    entries = weight[used].astype(np.float32), (line[used], index[used])
    return scipy_sparse.csr_array(entries, shape=(size, length))
