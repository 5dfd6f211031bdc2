"""Arrays of numbers in MATLAB files of version 5: the format that MATLAB writes unless it is told otherwise.

Only arrays of numbers are read. Structures, cells, text and objects are stepped over, and no code is run.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ImageError

BEGIN = b"MATLAB 5.0 MAT-file"
_HEADER = 128
_MATRIX, _COMPRESSED = 14, 15
_NUMBERS = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
"""The types of stored numbers by their code."""
_CLASSES = {
    6: "float64",
    7: "float32",
    8: "int8",
    9: "uint8",
    10: "int16",
    11: "uint16",
    12: "int32",
    13: "uint32",
    14: "int64",
    15: "uint64",
}
"""The types of arrays of numbers by their code; whole numbers may be stored in a smaller type."""
_COMPLEX = 0x08
_MOST_BYTES = 4 << 30
"""The largest array that is read: a damaged file may claim any size."""


@dataclass(frozen=True)
class _Element:
    kind: int
    content: bytes
    end: int


@dataclass(frozen=True)
class _Matrix:
    """One array: its name, its shape, and the bytes behind both."""

    name: str
    shape: tuple[int, ...]
    is_complex: bool
    type: str
    """The type of its numbers as MATLAB has it; empty for structures, cells, text and objects."""
    content: bytes
    start: int
    """The place of the first number in `content`."""


def mat5_shapes(content: bytes, name: str) -> dict[str, tuple[int, ...]]:
    """Return the shapes of all arrays of numbers in a file by their names.

    Raises: ImageError for a damaged file; `name` stands for the file in the message.
    """
    return {each: shape for each, (shape, _) in mat5_types(content, name).items()}


def mat5_types(content: bytes, name: str) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return the shapes and the types of all arrays of numbers in a file by their names.

    Types are those of MATLAB, such as float64 where whole numbers are stored in fewer bytes.

    Raises: ImageError for a damaged file; `name` stands for the file in the message.
    """
    return {m.name: (m.shape, m.type) for m in _matrices(content, name) if m.type}


def mat5_array(content: bytes, variable: str, name: str) -> NDArray[Any]:
    """Return the array of a name, in the type of numbers that is stored and in MATLAB's order of dimensions.

    An empty name means the only array of the file.

    Raises: ImageError for a damaged file and an absent array, with the names of those that it holds.
    """
    held = list(mat5_shapes(content, name))
    chosen = held[0] if not variable and len(held) == 1 else variable
    for matrix in _matrices(content, name) if chosen in held else ():
        if matrix.name == chosen and matrix.type:
            return _numbers(matrix, _order(content, name), name)
    wanted = f"holds no array '{variable}'; it holds" if variable else "holds several arrays:"
    raise ImageError(f"{name} {wanted} {', '.join(held) or 'none'}.")


def _matrices(content: bytes, name: str) -> Iterator[_Matrix]:
    order, at = _order(content, name), _HEADER
    while at + 8 <= len(content):
        element = _element(content, at, order, name)
        at = element.end
        if element.kind == _COMPRESSED:
            inner = _element(_inflated(element.content, name), 0, order, name)
            if inner.kind == _MATRIX:
                yield _matrix(inner.content, order, name)
        elif element.kind == _MATRIX:
            yield _matrix(element.content, order, name)


def _order(content: bytes, name: str) -> str:
    mark = content[126:128]
    if not content.startswith(BEGIN) or mark not in (b"IM", b"MI"):
        raise ImageError(f"{name} is no MATLAB file of version 5.")
    return "<" if mark == b"IM" else ">"


def _element(content: bytes, at: int, order: str, name: str) -> _Element:
    """Return the element at a place: four bytes or fewer stand in the tag itself, others behind it."""
    if at + 8 > len(content):
        raise _damaged(name, "it ends within an array")
    kind, size = struct.unpack_from(f"{order}II", content, at)
    if kind >> 16:
        kind, size, start, end = kind & 0xFFFF, kind >> 16, at + 4, at + 8
    else:
        start = at + 8
        padding = 0 if kind == _COMPRESSED else -size % 8
        end = start + size + padding
    if start + size > len(content) or (end == at + 8 and size > 4):
        raise _damaged(name, "it ends within an array")
    return _Element(kind, content[start : start + size], end)


def _inflated(content: bytes, name: str) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        inflated = unpacker.decompress(content, _MOST_BYTES)
    except zlib.error as error:
        raise _damaged(name, str(error)) from error
    if unpacker.unconsumed_tail:
        raise ImageError(f"{name} holds an array above {_MOST_BYTES >> 30} GiB; split it.")
    return inflated


def _matrix(content: bytes, order: str, name: str) -> _Matrix:
    flags = _element(content, 0, order, name)
    if len(flags.content) < 8:
        raise _damaged(name, "an array has no type")
    code = struct.unpack_from(f"{order}I", flags.content)[0]
    kind = _CLASSES.get(code & 0xFF, "")
    if not kind and code & 0xFF > 5:
        return _Matrix("", (), False, "", b"", 0)  # an object, which is written in another way
    shape = _element(content, flags.end, order, name)
    called = _element(content, shape.end, order, name)
    sides = np.frombuffer(shape.content[: len(shape.content) // 4 * 4], dtype=f"{order}i4")
    text = called.content.decode("latin-1")
    is_complex = bool(code >> 8 & _COMPLEX)
    return _Matrix(text, tuple(map(int, sides)), is_complex, kind, content, called.end)


def _numbers(matrix: _Matrix, order: str, name: str) -> NDArray[Any]:
    real, end = _plane(matrix, matrix.start, order, name)
    if not matrix.is_complex:
        return real
    imaginary, _ = _plane(matrix, end, order, name)
    kind = np.result_type(real.dtype, imaginary.dtype, np.complex64)
    return np.asarray(real.astype(kind) + kind.type(1j) * imaginary.astype(kind))


def _plane(matrix: _Matrix, at: int, order: str, name: str) -> tuple[NDArray[Any], int]:
    element = _element(matrix.content, at, order, name)
    if element.kind not in _NUMBERS:
        raise _damaged(name, f"'{matrix.name}' holds numbers of the unknown type {element.kind}")
    kind = np.dtype(f"{order}{_NUMBERS[element.kind]}")
    if min(matrix.shape, default=0) < 0 or prod(matrix.shape) * kind.itemsize != len(
        element.content
    ):
        raise _damaged(name, f"'{matrix.name}' has another size than it claims")
    numbers = np.frombuffer(element.content, dtype=kind).reshape(matrix.shape, order="F")
    return numbers.astype(kind.newbyteorder("="), order="C"), element.end


def _damaged(name: str, why: str) -> ImageError:
    return ImageError(f"{name} is damaged: {why}. Save it again, or get it anew.")
