"""Images from files: 8-bit grey or RGB, and a clear message about everything else."""

import warnings
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from iqabench.errors import ImageError

Image = NDArray[Any]
"""(H, W, C) with C = 1 or 3, RGB order, uint8 or float in units of 0..255."""

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm"})
"""The endings of image files."""

_PLAIN = frozenset({"L", "RGB", "1", "P", "PA", "LA", "RGBA"})
_DEEP = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N", "F"})


def image_files(folder: Path) -> list[Path]:
    """Return the image files directly in `folder`, sorted by name; hidden files are left out.

    Raises: ImageError when there is no such folder.
    """
    if not folder.is_dir():
        what = "is a file" if folder.is_file() else "does not exist"
        raise ImageError(f"{folder} {what}; expected a folder of images.")
    files = (p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    return sorted(p for p in files if not p.name.startswith("."))


def read_image(path: Path, name: str = "") -> Image:
    """Return the pixels of an 8-bit image file; palettes are resolved, an opaque alpha channel is dropped.

    `name` stands for the file in messages (a content-addressed path says little).

    Shapes: (H, W, 1) for grey files, (H, W, 3) for colour, uint8.
    Raises: ImageError for a file that is absent, empty, damaged or no image, and for 16-bit, float, CMYK
        and transparent images: how to compare these in 8 bits is a choice of the user.
    """
    name = name or str(path)
    data = read_content(path, name)
    header = _header(path, data, name)
    if header.plain and _is_whole(data):  # OpenCV would leave the missing rest of a file grey
        flag = cv2.IMREAD_UNCHANGED if header.grey else cv2.IMREAD_COLOR_RGB
        pixels = _decode(data, flag)
        if pixels is not None and pixels.dtype == np.uint8:
            return pixels if pixels.ndim == 3 else pixels[:, :, None]
    return _with_pillow(path, header, name)


def read_content(path: Path, name: str) -> bytes:
    """Return the bytes of a file, which `name` stands for in messages.

    Raises: ImageError for a file that is absent, cannot be read, or is empty.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImageError(f"{name} cannot be read: {error.strerror}.") from error
    if not content:
        raise ImageError(f"{name} is an empty file.")
    return content


class _Header(NamedTuple):
    """The facts in the first bytes that decide how the rest is read."""

    grey: bool
    plain: bool
    """True for grey or RGB without palette or transparency, which OpenCV decodes faster."""


def _header(path: Path, data: bytes, name: str) -> _Header:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PillowImage.DecompressionBombWarning)
            with PillowImage.open(path) as image:
                mode, kind, clear = image.mode, image.format, "transparency" in image.info
    except (OSError, SyntaxError, ValueError, PillowImage.DecompressionBombError) as error:
        raise ImageError(f"{name} is not an image that can be read ({error}).") from error
    if mode in _DEEP or _bits(data, kind) > 8:
        raise ImageError(
            f"{name} has more than 8 bits a channel (mode {mode}). The protocols compare 8-bit "
            "images: convert it first, and say how in your paper."
        )
    if mode not in _PLAIN:
        raise ImageError(f"{name} is {mode}; expected grey or RGB. Convert it to RGB first.")
    plain = mode in ("L", "RGB") and not clear and kind != "TIFF"
    return _Header(grey=mode in ("L", "1", "LA"), plain=plain)


def _bits(data: bytes, kind: str | None) -> int:
    """Return the bits of a channel: Pillow shows some deep images as if they had 8."""
    if kind == "PNG":
        return data[24]
    if kind in ("TIFF", "PPM"):
        pixels = _decode(data, cv2.IMREAD_UNCHANGED)
        return 8 if pixels is None else 8 * pixels.dtype.itemsize
    return 8


def _decode(data: bytes, flag: int) -> Image | None:
    decoded: Image | None = cv2.imdecode(
        np.frombuffer(data, np.uint8), flag | cv2.IMREAD_IGNORE_ORIENTATION
    )
    return decoded


def _with_pillow(path: Path, header: _Header, name: str) -> Image:
    try:
        with PillowImage.open(path) as opened:
            opened.load()
            image: PillowImage.Image = opened
            if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
                image = _without_alpha(image.convert("RGBA"), name)
            return np.atleast_3d(np.array(image.convert("L" if header.grey else "RGB")))
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise ImageError(f"{name} is damaged: {error}.") from error


def _without_alpha(image: PillowImage.Image, name: str) -> PillowImage.Image:
    if image.getchannel("A").getextrema() != (255, 255):
        raise ImageError(
            f"{name} is transparent in places; what lies behind would be a guess. Flatten it first."
        )
    return image.convert("RGB")


def _is_whole(data: bytes) -> bool:
    """Return whether a PNG or JPEG has its end; other kinds are not checked."""
    if data.startswith(b"\x89PNG"):
        return data[-8:-4] == b"IEND" or b"IEND" in data[-64:]
    return not data.startswith(b"\xff\xd8") or b"\xff\xd9" in data[-64:]
