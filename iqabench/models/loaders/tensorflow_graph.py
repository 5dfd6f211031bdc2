"""Weights in frozen graphs of TensorFlow 1 (.pb): constants by name, read without TensorFlow."""

from pathlib import Path

from torch import Tensor

from iqabench.errors import WeightsError
from iqabench.models.loaders.protobuf import Field, bytes_in, fields, messages_in, number_in
from iqabench.models.loaders.tensorflow_tensors import TYPES, array_of, shape_in, tensor_of

_START = 4096
_NODES = (b"\x12\x05Const", b"\x12\x0bPlaceholder")
"""The operators of the first nodes of a graph, as their messages state them."""


def is_graph(path: Path) -> bool:
    """Return whether a file is a graph, by its content: files in the cache have no suffix."""
    with path.open("rb") as file:
        start = file.read(_START)
    return start[:1] == b"\x0a" and any(node in start for node in _NODES)


def read_graph(path: Path, name: str) -> dict[str, Tensor]:
    """Read the constants of a graph, with TensorFlow's names and order of dimensions.

    Constants of one repeated value, which hold no weights of layers, are left out.

    Raises: WeightsError for a damaged file, or one without constants.
    """
    try:
        nodes = messages_in(fields(path.read_bytes()), 1)
        constants = {
            bytes_in(node, 1).decode(): tensor
            for node in nodes
            if bytes_in(node, 2) == b"Const" and (tensor := _value(node)) is not None
        }
    except (ValueError, UnicodeDecodeError) as error:
        raise WeightsError(
            f"{name} is a damaged graph of TensorFlow: {error}. Fetch it again."
        ) from error
    if not constants:
        raise WeightsError(
            f"{name} is a graph of TensorFlow without constants; expected a frozen graph, in which weights "
            "are constants."
        )
    return constants


def _value(node: dict[int, list[Field]]) -> Tensor | None:
    """Return the numbers of a constant whose bytes are stored; None for other constants.

    Raises: ValueError when its shape needs another number of bytes.
    """
    for attribute in messages_in(node, 5):
        if bytes_in(attribute, 1) != b"value":
            continue
        tensor = fields(bytes_in(fields(bytes_in(attribute, 2)), 8))
        content, kind = bytes_in(tensor, 4), number_in(tensor, 1)
        if content and kind in TYPES:
            return tensor_of(array_of(content, kind, shape_in(fields(bytes_in(tensor, 2)))))
    return None
