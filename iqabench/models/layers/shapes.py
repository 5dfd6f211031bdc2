"""The sizes of a network, read from the shapes of its tensors.

A network that can be recognised in a file has a method `arguments_of`: it returns the arguments with which
the network has tensors of these shapes, or raises LookupError because a name is missing. An argument that no
shape tells is left out.
"""

import re
from collections.abc import Mapping
from math import isqrt

Shapes = Mapping[str, tuple[int, ...]]
"""The shapes of tensors by name."""


def count(shapes: Shapes, pattern: str) -> int:
    """Return the number of tensors whose names have this form, in which `#` stands for a number.

    Raises: LookupError when there is none.
    """
    form = re.compile(re.escape(pattern).replace(r"\#", r"\d+"))
    number = sum(form.fullmatch(name) is not None for name in shapes)
    if not number:
        raise LookupError(pattern)
    return number


def shuffled(channels: int, kept: int = 3) -> int:
    """Return the scale of a pixel shuffle that leaves `kept` of its channels."""
    return isqrt(channels // kept)


def tail_scale(shapes: Shapes, tail: str) -> int:
    """Return the scale of a tail of `shuffle_tail`, by the name of the sequence that has its convolutions."""
    features = shapes[f"{tail}.0.weight"][1]
    scale = 1
    for name, shape in shapes.items():
        if re.fullmatch(re.escape(tail) + r"\.\d+\.weight", name):
            scale *= shuffled(shape[0], features)
    return scale
