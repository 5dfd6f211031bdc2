"""Arrays in files of data, as the sets of sensors come: NPY, NPZ, MATLAB and HDF5.

An array is found by its name in the file. `I_MS[1,2,4,6]` means only these bands, counted from 0, and `ms#3`
the fourth sample of an array (N, C, H, W) that holds several.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ImageError
from iqabench.images.decoding import read_content
from iqabench.images.formats.hdf5 import hdf5_array, hdf5_shapes
from iqabench.images.formats.mat5 import BEGIN, mat5_array, mat5_shapes
from iqabench.images.formats.numpy_files import is_numpy, numpy_array, numpy_shapes
from iqabench.images.parts import Part, as_part
from iqabench.tasks import Axes

ARRAY_SUFFIXES = frozenset((".npy", ".npz", ".mat", ".h5", ".hdf5"))
"""The endings of files that hold arrays of numbers."""
_MOST_BANDS = 16
"""The largest number of bands in an array whose first axis is taken for them."""
_NAME = re.compile(r"(?P<name>[^\[#]*)(#(?P<sample>\d+))?(\[(?P<bands>[\d,]+)\])?")


def array_shapes(path: Path, name: str = "") -> dict[str, tuple[int, ...]]:
    """Return the shapes of the arrays of numbers in a file by their names.

    `name` stands for the file in messages. The array of an NPY file has no name.

    Raises: ImageError for another kind of file, and for one that is damaged.
    """
    name = name or str(path)
    content = read_content(path, name)
    if content.startswith(BEGIN):
        return mat5_shapes(content, name)
    if is_numpy(content):
        return numpy_shapes(content, name)
    return hdf5_shapes(path, name)


def read_array(path: Path, variable: str, name: str = "", axes: Axes = "bands") -> Part:
    """Return an array of a file as a part; `name` stands for the file in messages.

    Shapes: (H, W), (H, W, C), or (C, H, W) with at most 16 bands, to (1, H, W, C); for the axes "frames"
        (H, W) or (T, H, W) to (T, H, W, 1), and two real numbers at the end are one complex number.
    Raises: ImageError for another kind of file, an absent array, and an array that is no image.
    """
    name = name or str(path)
    asked = _NAME.fullmatch(variable)
    if asked is None:
        raise ImageError(f"'{variable}' names no array; expected a name such as I_MS or I_MS[1,2].")
    array = _array(path, asked["name"], name)
    what = f"{name}: {variable}" if variable else name
    if asked["sample"]:
        if int(asked["sample"]) >= len(array):
            raise ImageError(f"{what} is not there: '{asked['name']}' has {len(array)} samples.")
        array = array[int(asked["sample"])]
    part = as_slices(array, what) if axes == "frames" else as_bands(array, what)
    bands = [int(band) for band in (asked["bands"] or "").split(",") if band]
    if max(bands, default=0) >= part.shape[3]:
        raise ImageError(f"{what} is not there: it has the bands 0 to {part.shape[3] - 1}.")
    return part[..., bands] if bands else part


def as_bands(array: NDArray[Any], what: str) -> Part:
    """Return an array (H, W), (H, W, C) or (C, H, W) as one frame (1, H, W, C) in its own type of numbers.

    The first axis is that of the bands where it has at most 16 places and the last one more.

    Raises: ImageError for other shapes; `what` names the array in the message.
    """
    if array.ndim == 3 and array.shape[0] <= _MOST_BANDS < min(array.shape[1:]):
        array = np.moveaxis(array, 0, -1)
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or not array.size:
        raise ImageError(
            f"{what} has the shape {array.shape}; expected (H, W), (H, W, C) or (C, H, W)."
        )
    return np.ascontiguousarray(array)[None]


def as_slices(array: NDArray[Any], what: str) -> Part:
    """Return a slice (H, W) or a volume (T, H, W) as frames (T, H, W, 1) in its own type of numbers.

    Raises: ImageError for other shapes; `what` names the array in the message.
    """
    if array.ndim > 2 and array.shape[-1] == 2 and not np.iscomplexobj(array):
        array = array[..., 0] + np.complex64(1j) * array[..., 1]
    if array.ndim == 4 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or not array.size:
        raise ImageError(
            f"{what} has the shape {array.shape}; expected a slice (H, W) or a volume (T, H, W)."
        )
    return np.ascontiguousarray(array)[..., None]


def in_depth(part: Part, depth: str, what: str) -> Part:
    """Return a part of data in the depth of its set, or of a `mask` that its file may hold in any numbers.

    Whole numbers in floats are counts, too; images of 8 bits stay as they are.

    Raises: ImageError for numbers that the depth cannot hold; `what` names the part in the message.
    """
    if depth == "mask":
        return _two_values(part, what)
    if depth == "complex64":
        return part.astype(np.complex64, copy=False)
    if depth == "uint16" and part.dtype not in (np.uint8, np.uint16):
        return _counts(part, what)
    return as_part(part, what)


def _two_values(part: Part, what: str) -> Part:
    """Return a mask as uint8: 0, and 255 where the file has another number."""
    values = np.unique(part)
    if len(values) > 2 or 0 not in values:
        raise ImageError(
            f"{what} is no mask: it holds {len(values)} different numbers; expected 0 and one other number."
        )
    return np.where(part != 0, np.uint8(255), np.uint8(0))


def _counts(part: Part, what: str) -> Part:
    """Return whole numbers as uint16."""
    low, high = (float(part.min()), float(part.max())) if not np.iscomplexobj(part) else (0, 0)
    whole = not np.iscomplexobj(part) and low >= 0 and high <= 65535
    if not whole or (part != np.floor(part)).any():
        hint = (
            " They seem to be divided by their largest value: multiply by it." if high <= 1 else ""
        )
        raise ImageError(
            f"{what} holds {part.dtype.name} numbers from {low:g} to {high:g}; expected whole numbers of "
            f"the sensor, such as 0 to 2047 for 11 bits.{hint}"
        )
    return part.astype(np.uint16)


def _array(path: Path, variable: str, name: str) -> NDArray[Any]:
    content = read_content(path, name)
    if content.startswith(BEGIN):
        return mat5_array(content, variable, name)
    if is_numpy(content):
        return numpy_array(content, variable, name)
    return hdf5_array(path, variable, name)
