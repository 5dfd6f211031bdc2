"""The unpacking of the strips and tiles of a TIFF to bytes, strict and silent.

libtiff prints its errors on the terminal, and its interface for images goes on behind them. So LZW goes
through OpenCV's libtiff as an image of 16-bit numbers, whose reading stops at the first error, and JPEG
through the strict decoder of JPEG files; deflate and LZMA are Python's own.
"""

import io
import lzma
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import NamedTuple

import cv2
import numpy as np
import simplejpeg

from iqabench.images.formats import tiff_tags as tag
from iqabench.images.formats.header import UnreadableError
from iqabench.images.formats.tiff_tags import Directory
from iqabench.images.formats.with_pillow import open_as
from iqabench.images.pixels import Pixels

NONE, LZW, JPEG, PACKBITS, LZMA, ZSTANDARD = 1, 5, 7, 32773, 34925, 50000
DEFLATE = (8, 32946)
RATIOS = {
    NONE: 1.0,
    LZW: 2_800.0,
    JPEG: 2_048.0,
    PACKBITS: 64.0,
    LZMA: 8_000.0,
    ZSTANDARD: 40_000.0,
}
"""The best ratio of each way of packing."""
RATIOS |= dict.fromkeys(DEFLATE, 1_040.0)
_JPEG_TABLES = 347
_WIDEST = 1 << 20
"""The greatest width that OpenCV reads."""
_opencv_level = Lock()


class Segment(NamedTuple):
    """One strip or tile: its place in the file, and its size unpacked."""

    start: int
    size: int
    rows: int
    row_bytes: int

    @property
    def total(self) -> int:
        """The number of bytes when it is unpacked."""
        return self.rows * self.row_bytes


def unpack(content: bytes, directory: Directory, segment: Segment) -> Pixels:
    """Return the bytes of a strip or tile, (rows, bytes of a row).

    Raises: UnreadableError for one that is too short or damaged.
    """
    stored = content[segment.start : segment.start + segment.size]
    compression = directory.value(tag.COMPRESSION, NONE)
    if len(stored) * RATIOS[compression] < segment.total:
        raise UnreadableError("is damaged: a strip or tile is too short for its pixels.")
    try:
        rows = _unpacked(stored, directory, segment, compression)
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        zlib.error,
        lzma.LZMAError,
        cv2.error,
    ) as error:
        raise UnreadableError(
            f"is damaged: a strip or tile cannot be unpacked ({error})."
        ) from error
    if rows.size < segment.total:
        raise UnreadableError("is damaged: a strip or tile holds less than its pixels.")
    return rows.reshape(-1)[: segment.total].reshape(segment.rows, segment.row_bytes)


def _unpacked(stored: bytes, directory: Directory, segment: Segment, compression: int) -> Pixels:
    if compression == LZW:
        return _lzw(stored, segment)
    if compression == JPEG:
        return _jpeg(stored, directory, segment)
    if compression == ZSTANDARD:
        image = open_as("TIFF", byte_image(stored, segment.row_bytes, segment.rows, 8, compression))
        image.load()
        return np.array(image)
    if compression in DEFLATE:
        stored = zlib.decompressobj().decompress(stored, segment.total)
    elif compression == LZMA:
        stored = lzma.LZMADecompressor().decompress(stored, segment.total)
    elif compression == PACKBITS:
        stored = _packbits(stored, segment.total)
    return np.frombuffer(stored, np.uint8)


def _packbits(stored: bytes, total: int) -> bytes:
    result = bytearray()
    position = 0
    while len(result) < total and position < len(stored):
        count = stored[position]
        if count < 128:
            result += stored[position + 1 : position + 2 + count]
            position += 2 + count
        else:
            if count > 128:
                result += stored[position + 1 : position + 2] * (257 - count)
            position += 2 if count > 128 else 1
    return bytes(result)


def _lzw(stored: bytes, segment: Segment) -> Pixels:
    """Return unpacked bytes, read as 16-bit numbers; the last bytes of an odd number as 8-bit ones."""
    count = segment.total // 2
    width = min(
        segment.row_bytes // 2 if segment.row_bytes % 2 == 0 else segment.row_bytes, _WIDEST
    )
    width = max(1, min(width, count))
    height = count // width
    tail = segment.total - 2 * width * height
    parts = []
    if height:
        parts.append(_with_opencv(byte_image(stored, width, height, 16, LZW)))
    if tail:
        whole = byte_image(stored, segment.row_bytes, segment.rows, 8, LZW)
        parts.append(_with_opencv(whole)[-tail:])
    return np.concatenate(parts)


def _with_opencv(content: bytes) -> Pixels:
    """Return the bytes of the pixels that OpenCV decodes, without a word on the terminal."""
    with _opencv_is_quiet():
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise UnreadableError("is damaged: a strip or tile cannot be unpacked.")
    return np.ascontiguousarray(pixels).reshape(-1).view(np.uint8)


@contextmanager
def _opencv_is_quiet() -> Iterator[None]:
    logging = cv2.utils.logging
    with _opencv_level:
        before = logging.setLogLevel(logging.LOG_LEVEL_SILENT)
        try:
            yield
        finally:
            logging.setLogLevel(before)


def _jpeg(stored: bytes, directory: Directory, segment: Segment) -> Pixels:
    """Return a strip of JPEG, whose tables stand in a tag, and whose colours the photometric tag tells."""
    tables = bytes(directory.values(_JPEG_TABLES))[2:-2]
    is_ycc = directory.value(tag.PHOTOMETRIC, 1) == 6
    adobe = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([is_ycc])
    whole = stored[:2] + adobe + tables + stored[2:]
    planar = directory.value(tag.PLANAR, 1) == 2
    grey = planar or directory.value(tag.SAMPLES, 1) == 1
    pixels: Pixels = simplejpeg.decode_jpeg(whole, "GRAY" if grey else "RGB", strict=True)
    if pixels.shape[1] * pixels.shape[2] != segment.row_bytes:
        raise UnreadableError(
            "is damaged: a strip or tile has another width than its tags declare."
        )
    return pixels


def byte_image(stored: bytes, width: int, height: int, bits: int, compression: int) -> bytes:
    """Return a TIFF of one strip whose grey pixels are the bytes of a segment."""
    entries = [
        (tag.WIDTH, width),
        (tag.HEIGHT, height),
        (tag.BITS, bits),
        (tag.COMPRESSION, compression),
        (tag.PHOTOMETRIC, 1),
        (tag.STRIP_OFFSETS, 8),
        (tag.SAMPLES, 1),
        (tag.ROWS_PER_STRIP, height),
        (tag.STRIP_SIZES, len(stored)),
    ]
    file = io.BytesIO()
    padded = len(stored) + len(stored) % 2
    file.write(struct.pack("<2sHI", b"II", 42, 8 + padded))
    file.write(stored.ljust(padded, b"\0"))
    file.write(struct.pack("<H", len(entries)))
    for name, value in entries:
        file.write(struct.pack("<HHII", name, 4, 1, value))
    file.write(struct.pack("<I", 0))
    return file.getvalue()
