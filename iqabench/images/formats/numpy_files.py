"""Arrays in NPY and NPZ files."""

import io
import zipfile
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ImageError

_DAMAGE = (OSError, ValueError, EOFError, KeyError, zlib.error, zipfile.BadZipFile)


def is_numpy(content: bytes) -> bool:
    """Return whether a file is NPY or NPZ, by its first bytes."""
    return content.startswith((b"PK", b"\x93NUMPY"))


def numpy_arrays(content: bytes, name: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file by their names; that of an NPY file has none.

    Raises: ImageError for a damaged file, and for one with pickled objects, which are not read.
    """
    try:
        loaded = np.load(io.BytesIO(content), allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return {"": loaded}
        with loaded:
            return {key: loaded[key] for key in loaded.files}
    except _DAMAGE as error:
        raise ImageError(f"{name} is damaged, or holds more than numbers: {error}.") from error


def numpy_shapes(content: bytes, name: str) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the arrays of a file by their names.

    Raises: as `numpy_arrays`.
    """
    return {key: array.shape for key, array in numpy_arrays(content, name).items()}


def numpy_array(content: bytes, variable: str, name: str) -> NDArray[Any]:
    """Return the array of a name, or the only one of the file for an empty name.

    Raises: as `numpy_arrays`; ImageError for an absent array, with the names of those that it holds.
    """
    arrays = numpy_arrays(content, name)
    if not variable and len(arrays) == 1:
        return next(iter(arrays.values()))
    if variable not in arrays:
        held = ", ".join(filter(None, arrays)) or "one without a name"
        wanted = f"holds no array '{variable}'; it holds" if variable else "holds several arrays:"
        raise ImageError(f"{name} {wanted} {held}.")
    return arrays[variable]
