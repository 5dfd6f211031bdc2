"""Networks in files of MatConvNet's format."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

Layer = tuple[str, list[NDArray[Any]]]
"""The type of a layer and its weights: filters of height, width, inputs and outputs, and biases."""


def write_network(path: Path, layers: list[Layer]) -> None:
    """Write layers as `save -v7.3` does.

    That is HDF5 after 512 bytes of MATLAB's own, with cells by reference and dimensions reversed.
    """
    with h5py.File(path, "w", userblock_size=512) as file:
        heap = file.create_group("#refs#")
        found = []
        for at, (kind, arrays) in enumerate(layers):
            fields = heap.create_group(f"layer{at}")
            text = np.frombuffer(kind.encode("utf-16-le"), np.uint16)
            fields.create_dataset("type", data=text.reshape(-1, 1))
            fields.create_dataset("learningRate", data=np.ones((2, 1)))
            fields.create_dataset("momentum", data=np.full((1, 1), 0.9, np.float32))
            if arrays:
                kept = [heap.create_dataset(f"{at}.{n}", data=a.T) for n, a in enumerate(arrays)]
                references = np.array([[one.ref] for one in kept], h5py.ref_dtype)
                fields.create_dataset("weights", data=references)
            else:
                empty = fields.create_dataset("weights", data=np.zeros(2, np.uint64))
                empty.attrs["MATLAB_empty"] = np.uint8(1)
            found.append([fields.ref])
        file.create_dataset("net/layers", data=np.array(found, h5py.ref_dtype))
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: TEST".ljust(512))
