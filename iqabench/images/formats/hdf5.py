"""Arrays in HDF5 files, which are MATLAB's since version 7.3; h5py reads them, where it is installed."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ImageError

Result = TypeVar("Result")

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MATLAB = b"MATLAB 7.3 MAT-file"
_LARGEST = 1024
"""The largest accepted size of an array, in sizes of the file: a damaged file may claim any size."""


def hdf5_shapes(path: Path, name: str) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the arrays of numbers at the top of a file by their names.

    Raises: ImageError for another kind of file, a damaged one, and where h5py is not installed.
    """
    return {each: shape for each, (shape, _) in hdf5_types(path, name).items()}


def hdf5_types(path: Path, name: str) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return the shapes and the types of the arrays of numbers at the top of a file by their names.

    Raises: as `hdf5_shapes`.
    """
    is_matlab = _is_matlab(path, name)

    def types(file: Any) -> dict[str, tuple[tuple[int, ...], str]]:
        arrays = {key: file[key] for key in file if getattr(file[key], "shape", None)}
        return {
            key: (one.shape[::-1] if is_matlab else one.shape, one.dtype.name)
            for key, one in arrays.items()
        }

    return _opened(path, name, types)


def hdf5_array(path: Path, variable: str, name: str) -> NDArray[Any]:
    """Return the array of a name, or the only one of the file for an empty name.

    MATLAB writes the dimensions the other way round; they are returned in MATLAB's order.

    Raises: as `hdf5_shapes`; ImageError for an absent array, with the names of those that it holds.
    """
    is_matlab = _is_matlab(path, name)
    held = list(hdf5_shapes(path, name))
    chosen = held[0] if not variable and len(held) == 1 else variable
    if chosen not in held:
        wanted = f"holds no array '{variable}'; it holds" if variable else "holds several arrays:"
        raise ImageError(f"{name} {wanted} {', '.join(held) or 'none'}.")

    def numbers(file: Any) -> NDArray[Any]:
        if file[chosen].nbytes > _LARGEST * path.stat().st_size:  # before its memory is allocated
            raise ValueError(f"'{chosen}' claims {file[chosen].nbytes} bytes")
        array = np.asarray(file[chosen][()])
        if array.dtype.names == ("real", "imag"):
            array = array["real"] + 1j * array["imag"]
        return array.T if is_matlab else array

    return _opened(path, name, numbers)


def hdf5_window(
    path: Path, variable: str, rows: tuple[int, int], columns: tuple[int, int], name: str
) -> NDArray[Any]:
    """Return a window of an image (H, W, C) that MATLAB wrote, without reading all of it.

    `rows`, `columns`: the first place, from 0, and the one behind the last.

    Raises: as `hdf5_array`.
    """
    held = hdf5_shapes(path, name)
    if len(held.get(variable, ())) != 3:
        raise ImageError(
            f"{name} holds no image '{variable}'; it holds {', '.join(held) or 'none'}."
        )

    def window(file: Any) -> NDArray[Any]:
        return np.asarray(file[variable][:, slice(*columns), slice(*rows)]).T

    return _opened(path, name, window)


def hdf5_cells(path: Path, variable: str, name: str) -> list[NDArray[Any]]:
    """Return the arrays of a cell array, or of one field of a structure, such as info/boundingboxes.

    Each is returned in MATLAB's order of dimensions.

    Raises: as `hdf5_shapes`; ImageError for an absent one.
    """
    _is_matlab(path, name)

    def cells(file: Any) -> list[NDArray[Any]] | None:
        if variable not in file or file[variable].dtype.kind != "O":
            return None
        references = np.asarray(file[variable][()]).ravel()
        return [np.asarray(file[each][()]).T for each in references]

    found = _opened(path, name, cells)
    if found is None:
        raise ImageError(f"{name} holds no list '{variable}' with an array for each image.")
    return found


def _is_matlab(path: Path, name: str) -> bool:
    with path.open("rb") as file:
        begin = file.read(520)
    if begin.startswith(_MATLAB):
        return True
    if not begin.startswith(_SIGNATURE):
        raise ImageError(
            f"{name} is no file of arrays; expected NPY, NPZ, MATLAB (.mat) or HDF5 (.h5)."
        )
    return False


def _opened(path: Path, name: str, use: Callable[[Any], Result]) -> Result:
    try:
        h5py = importlib.import_module("h5py")  # optional: few sets need it
    except ImportError as error:
        raise ImageError(
            f"{name} is an HDF5 file, and reading it needs h5py, which is not installed for "
            f"{sys.executable}. Install it with: pip install 'iqabench[matlab]'"
        ) from error
    try:
        with h5py.File(path, "r") as file:
            return use(file)
    except Exception as error:  # the errors that h5py raises for damaged files are not documented
        message = (str(error).splitlines() or [""])[0]
        raise ImageError(f"{name} is damaged: {type(error).__name__} {message}.") from error
