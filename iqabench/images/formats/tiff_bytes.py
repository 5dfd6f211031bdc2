"""The bytes of a TIFF's pixels: strips, tiles and planes put together, and predictors undone."""

from typing import NamedTuple

import numpy as np

from iqabench.images.formats import tiff_tags as tag
from iqabench.images.formats.header import UnreadableError
from iqabench.images.formats.tiff_codecs import Segment, unpack
from iqabench.images.formats.tiff_tags import Directory
from iqabench.images.pixels import Pixels


class _Tiling(NamedTuple):
    """The arrangement of the segments of a plane."""

    width: int
    """The bytes of a row of the image."""
    height: int
    segment_bytes: int
    """The bytes of a row of a strip or tile."""
    segment_rows: int
    across: int
    """The number of tiles beside each other."""
    down: int
    tiled: bool


def unpacked(content: bytes, directory: Directory) -> Pixels:
    """Return the bytes of the rows, (planes, H, bytes of a row), uint8.

    Raises: UnreadableError for segments that are too few or that cannot be unpacked.
    """
    samples = directory.value(tag.SAMPLES, 1)
    planes = samples if directory.value(tag.PLANAR, 1) == 2 else 1
    if directory.value(tag.FILL_ORDER, 1) != 1:
        raise UnreadableError("stores its bits in reverse (FillOrder 2); convert it to PNG.")
    layout = _layout(directory, samples // planes)
    offsets = directory.values(tag.TILE_OFFSETS if layout.tiled else tag.STRIP_OFFSETS)
    sizes = directory.values(tag.TILE_SIZES if layout.tiled else tag.STRIP_SIZES)
    count = layout.across * layout.down
    if len(offsets) < count * planes:
        raise UnreadableError("is damaged: it has fewer strips or tiles than its size needs.")
    result = np.empty((planes, layout.height, layout.width), np.uint8)
    for index in range(count * planes):
        plane, place = divmod(index, count)
        y = place // layout.across * layout.segment_rows
        x = place % layout.across * layout.segment_bytes
        rows = layout.segment_rows if layout.tiled else min(layout.segment_rows, layout.height - y)
        size = sizes[index] if index < len(sizes) else rows * layout.segment_bytes
        segment = Segment(offsets[index], size, rows, layout.segment_bytes)
        part = result[plane, y : y + rows, x : x + layout.segment_bytes]
        block = unpack(content, directory, segment)
        block = _without_predictor(block, directory, samples // planes)
        part[...] = block[: part.shape[0], : part.shape[1]]
    return result


def _layout(directory: Directory, samples: int) -> _Tiling:
    bits = directory.value(tag.BITS, 1) * samples
    width, height = (directory.value(t, 0) for t in (tag.WIDTH, tag.HEIGHT))
    row_bytes = -(-width * bits // 8)
    if not directory.values(tag.TILE_OFFSETS):
        rows = max(1, min(directory.value(tag.ROWS_PER_STRIP, height), height))
        return _Tiling(row_bytes, height, row_bytes, rows, 1, -(-height // rows), False)
    tile_width, tile_height = (directory.value(t, 0) for t in (tag.TILE_WIDTH, tag.TILE_HEIGHT))
    if not 0 < tile_width <= 1 << 20 or not 0 < tile_height <= 1 << 20 or tile_width * bits % 8:
        raise UnreadableError(f"is damaged: it declares tiles of {tile_width}x{tile_height}.")
    across, down = -(-width // tile_width), -(-height // tile_height)
    return _Tiling(row_bytes, height, tile_width * bits // 8, tile_height, across, down, True)


def _without_predictor(block: Pixels, directory: Directory, samples: int) -> Pixels:
    """Return the bytes of a segment whose values were stored as differences."""
    predictor = directory.value(tag.PREDICTOR, 1)
    if predictor == 1 or directory.value(tag.COMPRESSION, 1) == 1:
        return block
    size = directory.value(tag.BITS, 1) // 8
    if size not in (1, 2, 4, 8) or predictor not in (2, 3):
        raise UnreadableError(
            f"has a predictor (number {predictor}) that is not read; convert it to PNG."
        )
    rows = len(block)
    if predictor == 2:
        kind = np.dtype(f"u{size}").newbyteorder(directory.order)
        values = np.ascontiguousarray(block).view(kind).reshape(rows, -1, samples)
        summed = np.cumsum(values, axis=1, dtype=f"u{size}").astype(kind)
        return summed.reshape(rows, -1).view(np.uint8)
    summed = np.cumsum(block.reshape(rows, -1, samples), axis=1, dtype=np.uint8)
    by_byte = summed.reshape(rows, size, -1)  # the highest byte of all numbers first
    ordered = by_byte if directory.order == ">" else by_byte[:, ::-1]
    return np.ascontiguousarray(ordered.transpose(0, 2, 1)).reshape(rows, -1)
