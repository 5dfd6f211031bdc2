"""Parts of samples in files, without loss: one image or a clip, of 8 or 16 bits or of floats, of any bands.

A part is an array (T, H, W, C) of uint8, uint16, float32 or complex64, bands in RGB order where there are
three. An image is a clip of one frame.
"""

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from iqabench.atomic import write_whole
from iqabench.errors import ImageError
from iqabench.images.read import read_content, read_image

Part = NDArray[Any]
"""(T, H, W, C), of a type in `PART_TYPES`."""

PART_TYPES = ("uint8", "uint16", "float32", "complex64")
"""The types of numbers that a part may hold."""

_KEY = "pixels"
"""The name of the array in an NPZ file."""

_BANDS_OF_PNG = (1, 3)
_TIFF = (b"II*\0", b"MM\0*")
_NETPBM = (b"P5", b"P6")
_AS_STORED = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION


def write_part(path: Path, part: Part) -> Path:
    """Write a part bit for bit and return the file: `path` with the ending of the format.

    One frame of 8 or 16 bits with 1 or 3 bands becomes a PNG of that depth; everything else becomes an NPZ
    whose array is called "pixels". A broken write leaves no file. An ending .png or .npz of `path` is
    replaced; any other dot belongs to the name.

    Shapes: (T, H, W, C), or (H, W, C) for one frame.
    Raises: ImageError for other shapes and types, and when the place cannot be written to.
    """
    checked = as_part(part, str(path))
    name = path.name.removesuffix(".png").removesuffix(".npz")
    frames, _, _, bands = checked.shape
    if frames == 1 and bands in _BANDS_OF_PNG and checked.dtype in (np.uint8, np.uint16):
        return _written(path.with_name(f"{name}.png"), _png(checked[0]))
    return _written(path.with_name(f"{name}.npz"), _npz(checked))


def read_part(path: Path, name: str = "") -> Part:
    """Return the pixels of a file: PNG, TIFF (pages are frames), PGM, PPM, JPEG ..., NPY or NPZ.

    The content decides on the format, not the ending. `name` stands for the file in messages.

    Shapes: (T, H, W, C), in the depth of the file; an array (H, W) is one frame of one band, and an array
        (H, W, C) is one frame.
    Raises: ImageError for a file that is absent, empty, damaged or transparent, and for other types.
    """
    name = name or str(path)
    content = read_content(path, name)
    if content.startswith(b"PK") or content.startswith(b"\x93NUMPY"):
        return as_part(_array(content, name), name)
    if content.startswith(b"\x89PNG") and content[24:25] == b"\x10":
        return as_part(_deep_png(content, name), name)
    if content.startswith(_TIFF + _NETPBM):
        frames = _frames(content, name)
        if len(frames) > 1 or frames.dtype != np.uint8:
            return as_part(frames, name)
    return as_part(read_image(path, name), name)


def as_part(pixels: Part, name: str = "an array") -> Part:
    """Return an array (T, H, W, C), (H, W, C) or (H, W) as a part (T, H, W, C).

    Raises: ImageError for other shapes, for no pixels at all, and for types not in `PART_TYPES`.
    """
    kind = pixels.dtype.newbyteorder("=")
    if kind.name not in PART_TYPES:
        raise ImageError(
            f"{name} holds {pixels.dtype.name}; expected one of {', '.join(PART_TYPES)}. Convert it first."
        )
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim == 3:
        pixels = pixels[None]
    if pixels.ndim != 4 or not pixels.size:
        raise ImageError(
            f"{name} has the shape {pixels.shape}; expected (T, H, W, C), (H, W, C) or (H, W)."
        )
    return pixels.astype(kind, copy=False)


def _png(image: Part) -> bytes:
    """Return an image (H, W, C) as a PNG of its own depth."""
    stored = np.ascontiguousarray(image[:, :, ::-1])
    done, data = cv2.imencode(".png", stored, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        raise ImageError(f"OpenCV could not encode an image of shape {image.shape}.")
    return data.tobytes()


def _npz(part: Part) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, pixels=part)
    return buffer.getvalue()


def _written(path: Path, content: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content, durable=False)
    except OSError as error:
        raise ImageError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def _array(content: bytes, name: str) -> Part:
    """Return the array of an NPY file, or the one of an NPZ file; pickled objects are refused."""
    try:
        loaded = np.load(io.BytesIO(content), allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded:
            if _KEY in loaded.files:
                pixels: Part = loaded[_KEY]
                return pixels
            names = ", ".join(loaded.files)
    except (OSError, ValueError, EOFError, KeyError, zlib.error, zipfile.BadZipFile) as error:
        raise ImageError(f"{name} is damaged, or holds more than numbers: {error}.") from error
    raise ImageError(
        f"{name} holds the arrays {names or 'of no name'}; expected one called '{_KEY}'."
    )


def _deep_png(content: bytes, name: str) -> Part:
    """Return a 16-bit PNG as (H, W, C)."""
    if content[25] in (4, 6):
        raise ImageError(f"{name} has an alpha channel; expected grey or RGB. Flatten it first.")
    try:
        with PillowImage.open(io.BytesIO(content)) as image:
            image.verify()  # OpenCV decodes what it can of a damaged file, and says nothing
    except (OSError, SyntaxError, ValueError) as error:
        raise ImageError(f"{name} is damaged: {error}.") from error
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), _AS_STORED)
    if pixels is None or b"IEND" not in content[-64:]:
        raise ImageError(f"{name} is damaged.")
    return _rgb(pixels)


def _frames(content: bytes, name: str) -> Part:
    """Return the pages of a file as (T, H, W, C)."""
    try:
        done, pages = cv2.imdecodemulti(np.frombuffer(content, np.uint8), _AS_STORED)
    except cv2.error as error:
        raise ImageError(f"{name} cannot be decoded: {error.err}.") from error
    if not done or not pages:
        raise ImageError(f"{name} is damaged, or of a kind that OpenCV does not decode.")
    shapes = {page.shape for page in pages}
    if len(shapes) > 1:
        raise ImageError(f"{name} has pages of the shapes {sorted(shapes)}; expected one shape.")
    return np.stack([_rgb(page) for page in pages])


def _rgb(pixels: Part) -> Part:
    """Return what OpenCV decoded, (H, W) or (H, W, C) in BGR order, as (H, W, C) in RGB order."""
    if pixels.ndim == 2:
        return pixels[:, :, None]
    if pixels.shape[2] in (3, 4):
        return pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]]
    return pixels
