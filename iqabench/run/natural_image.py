"""A natural image of any size: noise would make some networks overflow, and no network is used on noise."""

from functools import cache

import numpy as np
import torch
from torch import Tensor

from iqabench.images import Image
from iqabench.sets import load_set


def natural_batch(shape: tuple[int, int, int, int], unit: int) -> Tensor:
    """Return the first embedded photograph, cut to size or continued by mirroring; all images of a batch are
    equal.

    Shapes: (N, C, H, W).
    Range: 0 to `unit`, float32.
    """
    number, channels, height, width = shape
    photo = _photograph()[:height, :width].astype(np.float32)
    rows, columns = height - photo.shape[0], width - photo.shape[1]
    photo = np.pad(photo, ((0, rows), (0, columns), (0, 0)), mode="symmetric")
    if channels != photo.shape[2]:
        photo = np.repeat(photo.mean(axis=2, keepdims=True), channels, axis=2)
    planes = torch.from_numpy(np.ascontiguousarray(photo.transpose(2, 0, 1)))
    return (planes * (unit / 255)).expand(number, -1, -1, -1).contiguous()


@cache
def _photograph() -> Image:
    target = load_set("demo", 2).samples[0].load().target
    assert target is not None  # the demo set has targets
    return target
