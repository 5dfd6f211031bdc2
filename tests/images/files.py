"""Files of every format, made here; no image of others is kept."""

import io
import itertools
import struct
import zlib
from typing import Any

import cv2
import numpy as np
import tifffile
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


COLOUR, GREY = photo(), photo(bands=1)


TIFF_TYPES = ("uint8", "uint16", "int16", "uint32", "float16", "float32", "float64", "complex64")


TIFF_LAYOUTS: tuple[dict[str, Any], ...] = (
    {},
    {"planarconfig": "separate"},
    {"tile": (16, 16)},
    {"compression": "zlib", "predictor": True},
    {"compression": "zlib", "predictor": True, "byteorder": ">", "rowsperstrip": 7},
    {"compression": "zlib", "tile": (16, 32), "planarconfig": "separate"},
    {"bigtiff": True, "byteorder": ">"},
)


def tiff(pixels: Pixels, **options: Any) -> bytes:
    """Return a TIFF that tifffile writes."""
    bands = pixels.shape[2]
    kind = options.pop("photometric", "rgb" if bands in (3, 4) else "minisblack")
    extra = options.pop("extrasamples", [0] * (bands - (3 if kind == "rgb" else 1)))
    stored = pixels[:, :, 0] if bands == 1 else pixels
    planar = options.pop("planarconfig", "contig")
    planar = planar if bands > 1 else None
    stored = np.moveaxis(stored, 2, 0) if planar == "separate" else stored
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        stored,
        photometric=kind,
        planarconfig=planar,
        extrasamples=extra or None,
        metadata=None,
        **options,
    )
    return buffer.getvalue()


def numbers(kind: str, bands: int) -> Pixels:
    """Return random numbers of a type."""
    rng = np.random.default_rng(0)
    if kind[0] in "ui":
        return rng.integers(0, np.iinfo(kind).max, (20, 30, bands)).astype(kind)
    values = rng.normal(size=(20, 30, bands))
    return np.asarray((values * 1j + values) if kind == "complex64" else values).astype(kind)


PALETTE = bytes(itertools.chain.from_iterable((n, 255 - n, n // 2, 0) for n in range(256)))


PNG = encoded(COLOUR, "PNG")
