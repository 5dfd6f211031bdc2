"""The tensors of TensorFlow's messages: their types, their shapes, and their way to torch."""

from math import prod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from iqabench.models.loaders.protobuf import Field, messages_in, number_in

TYPES: dict[int, np.dtype[Any]] = {
    1: np.dtype("<f4"),
    2: np.dtype("<f8"),
    3: np.dtype("<i4"),
    9: np.dtype("<i8"),
}
"""The types of numbers that are read, by their number in TensorFlow: float, double, int32, int64."""


def shape_in(message: dict[int, list[Field]]) -> tuple[int, ...]:
    """Return the shape that a message of the type TensorShapeProto states.

    Raises: ValueError for a message of another type.
    """
    return tuple(number_in(side, 1) for side in messages_in(message, 2))


def array_of(content: bytes, kind: int, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return the numbers in raw bytes as an array.

    Raises: ValueError when the type is not read, or the shape needs another number of bytes.
    """
    if kind not in TYPES:
        raise ValueError(f"it has the type {kind} of TensorFlow, which is not read")
    expected = prod(shape) * TYPES[kind].itemsize
    if len(content) != expected:
        raise ValueError(f"it has {len(content)} bytes; its shape {shape} needs {expected}")
    return np.frombuffer(content, TYPES[kind]).reshape(shape)


def tensor_of(array: NDArray[Any]) -> Tensor:
    """Return an array as a tensor of torch; kernels keep TensorFlow's order (see `convolution_of`)."""
    return torch.from_numpy(np.ascontiguousarray(array.astype(array.dtype.newbyteorder("="))))


def convolution_of(kernel: Tensor, *, depthwise: bool = False) -> Tensor:
    """Return the kernel of a convolution in torch's order of dimensions.

    Shapes: (height, width, inputs, outputs) to (outputs, inputs, height, width); depthwise
    (height, width, channels, 1) to (channels, 1, height, width).

    Raises: ValueError when it does not have four dimensions.
    """
    if kernel.ndim != 4:
        raise ValueError(f"a kernel has the shape {tuple(kernel.shape)}; expected four dimensions")
    return kernel.permute(2, 3, 0, 1) if depthwise else kernel.permute(3, 2, 0, 1)


def shuffle_order(outputs: Tensor, step: int) -> Tensor:
    """Return kernels or biases with their outputs in the order that torch's pixel shuffle expects.

    TensorFlow's depth_to_space has the channel as the fastest index: (row, column, channel); torch has
    (channel, row, column).

    Shapes: (step x step x channels, ...), kept.
    """
    grid = outputs.reshape(step**2, -1, *outputs.shape[1:])
    return grid.transpose(0, 1).flatten(0, 1)
