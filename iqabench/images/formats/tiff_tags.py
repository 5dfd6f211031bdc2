"""The structure of a TIFF: its directories with their tags, read without decoding a pixel.

Pages are the directories of the chain, without previews (NewSubfileType 1). Sub-directories (tag 330:
the levels of a pyramid, the raw image behind a preview) are no pages.
"""

import struct
from dataclasses import dataclass
from typing import Any, Literal

from iqabench.images.formats.header import UnreadableError

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = (
    254,
    256,
    257,
    258,
    259,
    262,
    266,
)
STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS_PER_STRIP, STRIP_SIZES = 273, 274, 277, 278, 279
PLANAR, PREDICTOR, COLOUR_MAP, TILE_WIDTH, TILE_HEIGHT = 284, 317, 320, 322, 323
TILE_OFFSETS, TILE_SIZES, EXTRA_SAMPLES, SAMPLE_FORMAT, PROFILE = 324, 325, 338, 339, 34675

_CODES = {
    1: "B",
    2: "c",
    3: "H",
    4: "I",
    6: "b",
    7: "B",
    8: "h",
    9: "i",
    13: "I",
    16: "Q",
    17: "q",
    18: "Q",
}
"""Types of values by their numbers in the file; rationals and floats decide no pixel."""
_MOST_PAGES = 65_536
_MOST_VALUES = 1 << 24

Order = Literal["<", ">"]
"""The order of bytes, as `struct` and numpy write it."""


@dataclass(frozen=True)
class Directory:
    """One directory of a TIFF."""

    order: Order
    """The order of the bytes of a number."""
    tags: dict[int, tuple[Any, ...]]
    orientation_place: int | None = None
    """The place of the value of the orientation tag in the file."""

    def value(self, tag: int, default: int) -> int:
        """Return the first value of a tag."""
        values = self.tags.get(tag) or (default,)
        return int(values[0])

    def values(self, tag: int) -> tuple[int, ...]:
        """Return all values of a tag; none where the tag is absent."""
        return tuple(self.tags.get(tag, ()))

    @property
    def is_preview(self) -> bool:
        """True for a smaller copy of another image."""
        return bool(self.value(SUBFILE, 0) & 1)


def read_directories(content: bytes, most: int | None = None) -> list[Directory]:
    """Return the directories of the chain, or the first `most` of them.

    Raises: UnreadableError for a chain that leaves the file or runs in a circle; struct.error.
    """
    order: Order = "<" if content[:2] == b"II" else ">"
    big = content[2:4] in (b"+\0", b"\0+")
    (place,) = struct.unpack_from(order + ("Q" if big else "I"), content, 8 if big else 4)
    seen: set[int] = set()
    directories: list[Directory] = []
    while place and (most is None or len(directories) < most):
        if place in seen or place >= len(content) or len(seen) >= _MOST_PAGES:
            raise UnreadableError(
                "is damaged: its list of pages leaves the file or runs in a circle."
            )
        seen.add(place)
        directory, place = _read_directory(content, place, order, big)
        directories.append(directory)
    return directories


def _read_directory(content: bytes, place: int, order: Order, big: bool) -> tuple[Directory, int]:
    """Return the directory at a place, and the place of the next."""
    count_code, entry_code, size = ("Q", "HHQ", 20) if big else ("H", "HHI", 12)
    (count,) = struct.unpack_from(order + count_code, content, place)
    place += struct.calcsize(order + count_code)
    if place + count * size > len(content):
        raise UnreadableError("is damaged: a list of tags is longer than the file.")
    tags: dict[int, tuple[Any, ...]] = {}
    orientation_place = None
    for entry in range(place, place + count * size, size):
        tag, kind, number = struct.unpack_from(order + entry_code, content, entry)
        start = entry + struct.calcsize(order + entry_code)
        values = _values(content, start, order, kind, number, big)
        if values is not None:
            tags.setdefault(tag, values)
            if tag == ORIENTATION and kind == 3:
                orientation_place = start
    end = place + count * size
    following = struct.unpack_from(order + ("Q" if big else "I"), content, end)[0]
    return Directory(order, tags, orientation_place), following


def _values(
    content: bytes, start: int, order: str, kind: int, number: int, big: bool
) -> tuple[Any, ...] | None:
    """Return the values of a tag; None for types that decide no pixel, and for damaged ones."""
    code = _CODES.get(kind)
    if code is None or not 0 < number <= _MOST_VALUES:
        return None
    layout = f"{order}{number}{code}"
    if struct.calcsize(layout) > (8 if big else 4):
        (start,) = struct.unpack_from(order + ("Q" if big else "I"), content, start)
    if start + struct.calcsize(layout) > len(content):
        return None
    return struct.unpack_from(layout, content, start)
