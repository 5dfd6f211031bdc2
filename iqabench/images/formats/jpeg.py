"""The JPEG format, decoded strictly: a warning of the decoder is an error.

Other decoders fill what they cannot read with grey, and say nothing. All of them are libjpeg-turbo inside
and give the same pixels.
"""

import struct
from collections.abc import Iterator

import numpy as np
import simplejpeg

from iqabench.images.formats import colours
from iqabench.images.formats.header import Header, UnreadableError, require_data
from iqabench.images.pixels import Pixels

SIGNATURE = b"\xff\xd8\xff"
_BARE = {0x01, *range(0xD0, 0xD9)}
"""Markers without a length."""
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""Markers of a frame header."""
_HUFFMAN = {0xC0, 0xC1, 0xC2}
_SCAN = 0xDA
_MOST_SCANS = 500
"""More scans than any encoder writes; each costs a pass over all pixels."""


def inspect(content: bytes, page: int) -> Header:
    """Return the header of a JPEG."""
    exif, profile = b"", b""
    for marker, segment in _segments(content):
        if marker == 0xE1 and segment.startswith(b"Exif\0\0"):
            exif = exif or segment
        elif marker == 0xE2 and segment.startswith(b"ICC_PROFILE\0"):
            profile += segment[14:]
        elif marker in _FRAMES:
            return _header(content, marker, segment, exif, profile, page)
    raise UnreadableError("is damaged: it holds no image.")


def decode(content: bytes, header: Header) -> Pixels:
    """Return the pixels of a JPEG."""
    if content.count(b"\xff\xda") > _MOST_SCANS:
        raise UnreadableError(f"has more than {_MOST_SCANS} scans; no encoder writes such files.")
    space = "GRAY" if header.bands == 1 else "RGB"
    try:
        pixels: Pixels = simplejpeg.decode_jpeg(content, space, strict=True)
    except ValueError as error:
        raise UnreadableError(f"is damaged: {str(error).rstrip('.')}.") from error
    return np.asarray(pixels)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the marker and the content of each segment before the first scan."""
    position = 2
    while position + 4 <= len(content):
        if content[position] != 0xFF:
            position += 1  # decoders skip what stands between segments
            continue
        marker = content[position + 1]
        if marker in (0x00, 0xFF) or marker in _BARE:
            position += 1 if marker == 0xFF else 2
            continue
        (size,) = struct.unpack_from(">H", content, position + 2)
        if marker in (_SCAN, 0xD9):
            return
        yield marker, content[position + 4 : position + 2 + size]
        position += 2 + size


def _header(
    content: bytes, marker: int, frame: bytes, exif: bytes, profile: bytes, page: int
) -> Header:
    bits, height, width, bands = struct.unpack_from(">BHHB", frame)
    if marker not in _HUFFMAN and marker not in (0xC9, 0xCA):
        raise UnreadableError(
            "is a lossless or hierarchical JPEG; expected a usual one. Convert it to PNG."
        )
    if bits != 8:
        raise UnreadableError(
            f"has {bits} bits a channel; expected a JPEG of 8. Convert it to a PNG of 16 bits."
        )
    if bands not in (1, 3):
        kind = "CMYK" if bands == 4 else f"a JPEG of {bands} channels"
        raise UnreadableError(f"is {kind}; expected grey or RGB. Convert it to RGB first.")
    if not width or not height:
        raise UnreadableError("is damaged: it declares no pixels.")
    if marker in _HUFFMAN:  # each block of 8x8 takes a bit at least
        blocks = -(-width // 8) * -(-height // 8)
        require_data(blocks / 8, len(content), f"{width}x{height} pixels")
    return Header(
        "JPEG",
        width,
        height,
        bands,
        orientation=colours.orientation_of(exif),
        page=page,
        colours=colours.profile_phrase(profile),
    )
