"""Parts of samples in files, without loss: one image or a clip, of 8 or 16 bits or of floats, of any bands.

A part is an array (T, H, W, C) of uint8, uint16, float32 or complex64, bands in RGB order where there are
three. An image is a clip of one frame.
"""

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.atomic import write_whole
from iqabench.errors import ImageError
from iqabench.images.decoding import Decoding, read_content
from iqabench.images.formats.numpy_files import is_numpy, numpy_arrays
from iqabench.images.reading import AS_STORED, ReadOptions

Part = NDArray[Any]
"""(T, H, W, C), of a type in `PART_TYPES`."""

PART_TYPES = ("uint8", "uint16", "float32", "complex64")
"""The types of numbers that a part may hold."""

_KEY = "pixels"
"""The name of the array in an NPZ file."""

_BANDS_OF_PNG = (1, 3)


def write_part(path: Path, part: Part) -> Path:
    """Write a part bit for bit and return the file: `path` with the ending of the format.

    One frame of 8 or 16 bits with 1 or 3 bands becomes a PNG of that depth; everything else becomes an NPZ
    whose array is called "pixels". A broken write leaves no file. An ending .png or .npz of `path` is
    replaced; any other dot belongs to the name.

    Shapes: (T, H, W, C), or (H, W, C) for one frame.
    Raises: ImageError for other shapes and types, and when the place cannot be written to.
    """
    ending, content = encode_part(part, str(path))
    name = path.name.removesuffix(".png").removesuffix(".npz")
    return _written(path.with_name(f"{name}{ending}"), content)


def encode_part(part: Part, name: str = "a part") -> tuple[str, bytes]:
    """Return the ending of a format without loss, and the part in that format, as `write_part` writes it.

    Shapes: (T, H, W, C), or (H, W, C) for one frame.
    Raises: ImageError for other shapes and types; `name` stands for the part in the message.
    """
    checked = as_part(part, name)
    frames, _, _, bands = checked.shape
    if frames == 1 and bands in _BANDS_OF_PNG and checked.dtype in (np.uint8, np.uint16):
        return ".png", _png(checked[0])
    return ".npz", _npz(checked)


def read_part(
    path: Path, name: str = "", reading: ReadOptions = AS_STORED, *, pages_are_bands: bool = False
) -> Part:
    """Return the pixels of a file: PNG, TIFF (pages are frames), PGM, PPM, JPEG ..., NPY or NPZ.

    The content decides on the format, not the ending. `name` stands for the file in messages. With
    `pages_are_bands` pages of one band are the bands of one image, and so is an alpha channel.

    Shapes: (T, H, W, C), in the depth of the file; an array (H, W) is one frame of one band, and an array
        (H, W, C) is one frame.
    Raises: ImageError for a file that is absent, empty, damaged or transparent, and for other types.
    """
    name = name or str(path)
    content = read_content(path, name)
    if is_numpy(content):
        return as_part(_array(content, name), name)
    decoding = Decoding(path, name, reading)
    if decoding.header.format != "TIFF":
        decoding.require_one_page()
    frames = decoding.decode_pages(alpha_is_band=pages_are_bands)
    shapes = {frame.shape for frame in frames}
    if len(shapes) > 1:
        raise ImageError(f"{name} has pages of the shapes {sorted(shapes)}; expected one shape.")
    part = as_part(np.stack(frames), name)
    if pages_are_bands and len(part) > 1 and part.shape[3] == 1:
        part = np.moveaxis(part[..., 0], 0, -1)[None]
    return part


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
    """Return the array of an NPY file, or the one called "pixels" of an NPZ file."""
    arrays = numpy_arrays(content, name)
    if "" in arrays:
        return arrays[""]
    if _KEY in arrays:
        return arrays[_KEY]
    raise ImageError(
        f"{name} holds the arrays {', '.join(arrays) or 'of no name'}; expected one called '{_KEY}'."
    )
