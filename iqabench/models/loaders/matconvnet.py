"""Weights in MatConvNet's format: a chain of layers ("simplenn") in a MATLAB file."""

import importlib
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from iqabench.errors import WeightsError

_VERSION_5, _VERSION_73 = b"MATLAB 5.0 MAT-file", b"MATLAB 7.3 MAT-file"

_LARGEST = 64
"""Largest accepted size of an array, in sizes of the file: trained weights compress less than this."""


class _MatConvNetLayer(NamedTuple):
    kind: str
    weights: list[NDArray[Any]]
    """Arrays in MATLAB's order of dimensions: height, width, inputs, outputs."""


def is_matlab(path: Path) -> bool:
    """Return whether a file is a MATLAB file, by its content: files in the cache have no suffix."""
    with path.open("rb") as file:
        return file.read(len(_VERSION_5)) in (_VERSION_5, _VERSION_73)


def read_simplenn(path: Path, name: str) -> dict[str, Tensor]:
    """Read the weights of a network's convolutions from a MATLAB file of version 7.3, numbered from 0.

    Training data of MatConvNet beside them (learning rates, momentum) is not read. No code in such a file is
    run.

    Returns: `0.weight` (outputs, inputs, height, width), `0.bias` (outputs), `1.weight`, ...
    Raises: WeightsError for a file that is damaged or has other content.
    """
    layers = _read_layers(path, name)
    convolutions = [layer for layer in layers if layer.kind == "conv"]
    for number, layer in enumerate(layers, 1):
        if layer.weights and layer.kind != "conv":
            merge = " Merge it into the convolution before it first." * (layer.kind == "bnorm")
            raise WeightsError(
                f"{name} has weights in layer {number}, of type '{layer.kind}'; expected weights only in "
                f"convolutions.{merge}"
            )
    if not convolutions:
        raise WeightsError(f"{name} has no convolutions; expected a chain of them in net.layers.")
    state = {}
    for number, layer in enumerate(convolutions):
        state[f"{number}.weight"], state[f"{number}.bias"] = _convolution(layer, number, name)
    return state


def in_sequence(state: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """Rename the weights of `read_simplenn` for a sequence in which an activation follows each convolution.

    Returns: `name.0.weight`, `name.0.bias`, `name.2.weight`, ...
    """
    parts = {key: key.split(".") for key in state}
    return {f"{name}.{2 * int(n)}.{part}": state[key] for key, (n, part) in parts.items()}


def _convolution(layer: _MatConvNetLayer, number: int, name: str) -> tuple[Tensor, Tensor]:
    if not _fit(layer.weights):
        shapes = [array.shape for array in layer.weights]
        raise WeightsError(
            f"{name} has arrays of {shapes} in convolution {number + 1}; expected filters of height x width "
            "x inputs x outputs, and a bias for each output."
        )
    filters, bias = layer.weights
    filters = filters.reshape(_four(filters)).transpose(3, 2, 0, 1)
    weight = torch.from_numpy(np.ascontiguousarray(filters, dtype=np.float32))
    return weight, torch.from_numpy(bias.ravel().astype(np.float32))


def _fit(weights: list[NDArray[Any]]) -> bool:
    if len(weights) != 2 or any(array.dtype.kind != "f" for array in weights):
        return False
    filters, bias = weights
    return 2 <= filters.ndim <= 4 and bias.size == _four(filters)[3]


def _four(filters: NDArray[Any]) -> tuple[int, ...]:
    """Return the shape with the trailing ones that MATLAB drops."""
    return (*filters.shape, 1, 1)[:4]


def _read_layers(path: Path, name: str) -> list[_MatConvNetLayer]:
    with path.open("rb") as file:
        if file.read(len(_VERSION_73)) != _VERSION_73:
            # scipy reads these, but a damaged one takes the whole process down with it.
            raise WeightsError(
                f"{name} is a MATLAB file of version 5; expected version 7.3. Save it again in MATLAB: "
                "save('FILE', 'net', '-v7.3')"
            )
    try:
        h5py = importlib.import_module("h5py")  # optional: few models need it
    except ImportError as error:
        raise WeightsError(
            f"{name} is a MATLAB file, and reading it needs h5py, which is not installed for "
            f"{sys.executable}. "
            "Install it with: pip install 'iqabench[matlab]'"
        ) from error
    try:
        with h5py.File(path, "r") as file:
            most = _LARGEST * path.stat().st_size
            return [_layer(file, cell, most) for cell in _read(file["net"]["layers"], most).ravel()]
    except Exception as error:  # the errors that h5py raises for damaged files are not documented
        message = (str(error).splitlines() or [""])[0]
        raise WeightsError(
            f"{name} is damaged, or not a MatConvNet network: {type(error).__name__} {message}. Expected a "
            "struct 'net' whose cells 'layers' are structs with 'type' and 'weights'."
        ) from error


def _layer(file: Any, cell: Any, most: int) -> _MatConvNetLayer:
    """Read a layer: HDF5 has cells as references, and arrays with their dimensions reversed."""
    fields = file[cell]
    kind = "".join(map(chr, _read(fields["type"], most).ravel()))
    cells = fields.get("weights")
    has_weights = cells is not None and "MATLAB_empty" not in cells.attrs
    arrays = _read(cells, most).ravel() if has_weights else ()
    return _MatConvNetLayer(kind, [_read(file[one], most).T for one in arrays])


def _read(dataset: Any, most: int) -> NDArray[Any]:
    if dataset.nbytes > most:  # before its memory is allocated
        raise ValueError(f"an array claims {dataset.nbytes} bytes")
    return np.asarray(dataset[()])
