"""Images at a half, a quarter, an eighth of their size: means of 2 x 2 pixels.

An odd side is continued by zeros, as conv2(image, ones(2) / 4, 'same') with every second pixel kept has
it, which is how the authors' MATLAB programs of this family begin.
"""

from typing import Any, NamedTuple

from numpy.typing import NDArray

from iqabench.images import Image, Pair
from iqabench.metrics.shared.block_means import block_means
from iqabench.metrics.shared.grey import grey

Plane = NDArray[Any]
"""A plane of float32."""


class Halves(NamedTuple):
    """The halves of output and target, in float32: (H, W) if grey, else (H, W, 3)."""

    output: Plane
    target: Plane


def grey_halves(pair: Pair, times: int) -> Halves:
    """The pair in grey, halved so many times (0: as it is), computed once."""
    if times == 0:
        return Halves(*grey(pair))
    return pair.shared(f"grey_halves_{times}", lambda p: _halved(grey_halves(p, times - 1)))


def colour_halves(pair: Pair, times: int) -> Halves:
    """The pair's RGB, halved so many times (1 or more), computed once; of three channels only."""
    if times == 1:
        return pair.shared("colour_halves_1", lambda p: _halved((p.output, p.target)))
    return pair.shared(f"colour_halves_{times}", lambda p: _halved(colour_halves(p, times - 1)))


def _halved(pair: tuple[Image, Image]) -> Halves:
    return Halves(block_means(pair[0], 2), block_means(pair[1], 2))
