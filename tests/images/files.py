"""Files of every format, made here; no image of others is kept."""

import io
import struct
import zlib
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

Pixels = NDArray[Any]


def photo(height: int = 24, width: int = 32, bands: int = 3, seed: int = 0) -> Pixels:
    """Return soft random pixels, uint8."""
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, bands), dtype=np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (3, 3), 1.0)).reshape(height, width, bands)


def encoded(pixels: Pixels, kind: str, mode: str | None = None, **options: Any) -> bytes:
    """Return a file that Pillow writes."""
    image = PillowImage.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    buffer = io.BytesIO()
    (image.convert(mode) if mode else image).save(buffer, kind, **options)
    return buffer.getvalue()


def oriented(pixels: Pixels, kind: str, orientation: int, **options: Any) -> bytes:
    """Return a file with an orientation tag."""
    exif = PillowImage.Exif()
    exif[0x0112] = orientation
    return encoded(pixels, kind, exif=exif.tobytes(), **options)


def chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG."""
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def with_chunk(png: bytes, name: bytes, content: bytes) -> bytes:
    """Return a PNG with one more chunk after its header."""
    return png[:33] + chunk(name, content) + png[33:]


def bmp(
    width: int,
    height: int,
    bits: int,
    data: bytes,
    *,
    packing: int = 0,
    masks: tuple[int, ...] = (),
    palette: bytes = b"",
    size: int = 40,
) -> bytes:
    """Return a BMP made by hand; a negative height stores the first row first."""
    counts = (len(data), 2835, 2835, len(palette) // 4, 0)
    head = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, packing, *counts)
    fields = struct.pack(f"<{len(masks)}I", *masks)
    if size > 40:
        head += fields.ljust(16, b"\0") + b"BGRs" + bytes(size - 60)
        fields = b""
    start = 14 + len(head) + len(fields) + len(palette)
    file = struct.pack("<2sIHHI", b"BM", start + len(data), 0, 0, start)
    return file + head + fields + palette + data
