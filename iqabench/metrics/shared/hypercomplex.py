"""Products of hypercomplex numbers (complex, quaternions, octonions ...), by Cayley and Dickson."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
"""(..., 2^n): the components of a number are on the last axis."""


def conjugate(numbers: Numbers) -> Numbers:
    """Return numbers with all components but the first negated."""
    return np.concatenate([numbers[..., :1], -numbers[..., 1:]], axis=-1)


def multiply(x: Numbers, y: Numbers) -> Numbers:
    """Return the products of numbers: (a, b)(c, d) = (a c - d* b, a* d + c b), with * for conjugates.

    This is the order of factors of the index Q2n; others differ from it by a conjugation.

    Shapes: (..., 2^n), alike.
    """
    size = x.shape[-1]
    if size == 1:
        return x * y
    half = size // 2
    a, b, c, d = x[..., :half], conjugate(x[..., half:]), y[..., :half], conjugate(y[..., half:])
    if size == 2:
        return np.concatenate([a * c - d * b, a * d + c * b], axis=-1)
    first = multiply(a, c) - multiply(d, conjugate(b))
    second = multiply(conjugate(a), d) + multiply(c, b)
    return np.concatenate([first, second], axis=-1)
