"""Boxes of images as samples, in MATLAB files of version 7.3: one file lists the boxes of all images."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from iqabench.errors import ImageError
from iqabench.images import Part
from iqabench.images.formats.hdf5 import hdf5_cells, hdf5_types, hdf5_window
from iqabench.images.formats.mat5 import BEGIN
from iqabench.sets.facts import BoxesFacts

Box = tuple[int, int, int, int]
"""First and last row, first and last column, as MATLAB counts: from 1, the last ones included."""

_FLOATS = ("float32", "float64")


def read_box(path: Path, variable: str, box: Box, name: str) -> Part:
    """Return one box of an image; `name` stands for its file in messages.

    The file holds floats in 0..1, which become floats in units of 0..255 and are not rounded.

    Shapes: (1, H, W, 3), float64.
    Raises: ImageError for a damaged file, values outside 0..1, and a box that does not lie in the image.
    """
    top, bottom, left, right = box
    pixels = hdf5_window(path, variable, (top - 1, bottom), (left - 1, right), name)
    if pixels.ndim != 3 or pixels.shape[:2] != (bottom - top + 1, right - left + 1):
        raise ImageError(
            f"{name}: the box of rows {top} to {bottom} and columns {left} to {right} does not lie in "
            f"{variable}; expected the images and the list of boxes of one download."
        )
    low, high = float(pixels.min()), float(pixels.max())
    if not (low >= 0 and high <= 1):
        raise ImageError(
            f"{name}: {variable} holds values from {low:g} to {high:g}; expected 0 to 1."
        )
    part: Part = pixels.astype(np.float64)[None] * 255.0
    return part


@lru_cache(maxsize=4)
def read_boxes(path: Path, variable: str, name: str) -> tuple[tuple[Box, ...], ...]:
    """Return the boxes of each image that a file lists.

    Raises: ImageError for a damaged file, and for a list that holds no boxes.
    """
    cells = hdf5_cells(path, variable, name)
    if any(cell.ndim != 2 or cell.shape[1] != 4 for cell in cells):
        raise ImageError(f"{name}: {variable} holds no boxes of four numbers for each image.")
    return tuple(tuple(_box(row) for row in cell.tolist()) for cell in cells)


def boxes_fault(path: Path, facts: BoxesFacts) -> str:
    """Return why a file does not list the boxes of a set, as a sentence; empty when it does."""
    fault = _version_fault(path)
    if fault:
        return fault
    try:
        boxes = read_boxes(path, facts.boxes_variable, str(path))
    except ImageError as error:
        return str(error)
    if len(boxes) != facts.count_of_images or {len(b) for b in boxes} != {facts.count}:
        counts = ", ".join(str(n) for n in sorted({len(b) for b in boxes})) or "no"
        return (
            f"{path} lists {counts} boxes for each of {len(boxes)} images; expected {facts.count} for each "
            f"of {facts.count_of_images}."
        )
    sizes = {(bottom - top + 1, right - left + 1) for b in boxes for top, bottom, left, right in b}
    if sizes != {facts.size}:
        height, width = min(sizes - {facts.size})
        return f"{path} lists a box of {width}x{height}; expected {facts.size[1]}x{facts.size[0]}."
    return ""


def boxed_image_fault(path: Path, facts: BoxesFacts) -> str:
    """Return why a file is not an image of which boxes are samples, as a sentence; empty when it may be."""
    fault = _version_fault(path)
    if fault:
        return fault
    try:
        held = hdf5_types(path, str(path))
    except ImageError as error:
        return str(error)
    shape, kind = held.get(facts.variable, ((), ""))
    if len(shape) == 3 and shape[2] == 3 and kind in _FLOATS:
        return ""
    texts = [f"{n} ({'x'.join(map(str, s))}, {k})" for n, (s, k) in held.items()]
    return (
        f"{path} holds {', '.join(texts) or 'no arrays of numbers'}; expected {facts.variable} "
        "(HxWx3, float32 or float64)."
    )


def _version_fault(path: Path) -> str:
    try:
        with path.open("rb") as file:
            begin = file.read(len(BEGIN))
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}."
    if begin == BEGIN:
        return (
            f"{path} is a MATLAB file of version 5; expected the published one, of version 7.3. Take the "
            "file as it was downloaded."
        )
    return ""


def _box(row: list[float]) -> Box:
    top, left, bottom, right = map(int, row)
    return top, bottom, left, right
