"""Large images in tiles, for networks that look at neighbourhoods: what they need no longer grows with them.

Each tile is cut with a rim, as wide as the network sees; what it says of the rim is left out. So the tiles
together say what the network says of the whole image.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

SIDE = 1024
"""Tiles are at most this wide and high, in pixels, without their rim."""
RIM = 112
"""The reach of VGG16's fifth stage: 90 pixels, or 105 where its poolings are of 3x3; up to a whole step."""
STEP = 16
"""Tiles begin at multiples of that: where the deepest layer has a place."""


@dataclass(frozen=True)
class Span:
    """A tile along one axis, from `start` to before `stop`, and what is cut for it."""

    start: int
    stop: int
    length: int
    """The length of the axis."""

    @property
    def cut(self) -> slice:
        """The tile and its rim."""
        return slice(max(0, self.start - RIM), min(self.length, self.stop + RIM))

    def inner(self, stride: int) -> slice:
        """The tile without its rim, in a layer that has a place each `stride` pixels."""
        before = self.start - self.cut.start
        last = self.stop == self.length
        return slice(
            before // stride, None if last else (before + self.stop - self.start) // stride
        )


@dataclass(frozen=True)
class Tile:
    """One tile."""

    rows: Span
    columns: Span

    def cut(self, images: Tensor) -> Tensor:
        """It and its rim, from (N, C, H, W)."""
        return images[:, :, self.rows.cut, self.columns.cut]

    def inner(self, features: Tensor, stride: int) -> Tensor:
        """Return the features of the tile, without its rim."""
        return features[..., self.rows.inner(stride), self.columns.inner(stride)]


def tiles(height: int, width: int) -> Iterator[Tile]:
    """All tiles of an image, which is one tile if it is small."""
    for rows in _spans(height):
        for columns in _spans(width):
            yield Tile(rows, columns)


def whole(height: int, width: int) -> Iterator[Tile]:
    """One tile, for networks that need none."""
    yield Tile(Span(0, height, height), Span(0, width, width))


def _spans(length: int) -> list[Span]:
    count = -(-length // SIDE)
    step = -(-length // (count * STEP)) * STEP
    return [Span(start, min(start + step, length), length) for start in range(0, length, step)]
