"""Arrays in MATLAB files of version 5, as the sets of sensors come."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from iqabench.errors import ImageError
from iqabench.images.parts import Part, as_part
from iqabench.lazy_module import LazyModule

if TYPE_CHECKING:
    import scipy.io as scipy_io
else:
    scipy_io = LazyModule("scipy.io")

_BEGIN = b"MATLAB 5.0 MAT-file"


def read_matlab(path: Path, variable: str, name: str = "") -> Part:
    """Return an array of a MATLAB file as a part; `name` stands for the file in messages.

    A name such as `I_MS[1,2,4,6]` means only these bands, counted from 0.

    The file must be known by its checksum: a damaged one can end the process, whoever reads it.

    Shapes: (H, W) or (H, W, C) in the file, (1, H, W, C) here.
    Raises: ImageError for another kind of file, an absent array, and an array that is no image.
    """
    name = name or str(path)
    with path.open("rb") as file:
        if not file.read(len(_BEGIN)).startswith(_BEGIN):
            raise ImageError(f"{name} is no MATLAB file of version 5.")
    variable, bracket, bands = variable.partition("[")
    arrays = scipy_io.loadmat(path, variable_names=[variable])
    if variable not in arrays:
        held = ", ".join(held for held, _, _ in scipy_io.whosmat(path))
        raise ImageError(f"{name} holds no array '{variable}'; it holds {held}.")
    part = as_part(np.ascontiguousarray(arrays[variable]), f"{name}: {variable}")
    return part[..., [int(band) for band in bands.rstrip("]").split(",")]] if bracket else part
