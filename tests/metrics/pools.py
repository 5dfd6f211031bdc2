"""Pools of photographs for tests, and outputs that are none of theirs."""

from collections.abc import Iterable
from functools import cache, partial

import numpy as np

from iqabench.images import Image, Pool

from .damage import Pixels, photographs


def pool(images: Iterable[Image]) -> Pool:
    return Pool("mine", "0", [partial(np.asarray, image) for image in images])


def parts(image: Pixels) -> list[Pixels]:
    """Overlapping parts of 192 pixels a side: the photographs alone would be a small pool."""
    rows, columns = (range(0, side - 191, 32) for side in image.shape[:2])
    return [image[y : y + 192, x : x + 192] for y in rows for x in columns]


def others(scene: int) -> list[Pixels]:
    """Parts of all photographs but one."""
    return [part for n, image in enumerate(photographs()) if n != scene for part in parts(image)]


@cache
def pool_without(scene: int) -> Pool:
    """One pool for all tests, so that what a metric computes of it is computed once."""
    return pool(others(scene))
