"""Scales: the exact size of an output divided by that of its input, an integer or a fraction."""

from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator

Ratio = int | Fraction
"""A scale: an int when it is an integer, else a Fraction."""


def exact_scale(value: Any) -> Ratio:
    """Return a scale from a number or a text such as 4, 1.5 or 3/2.

    Raises: ValueError when it is not a positive number.
    """
    try:
        exact = Fraction(str(value))
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"'{value}' is not a scale; expected a number such as 4 or 1.5") from error
    if exact <= 0:
        raise ValueError(f"the scale is {value}; expected more than 0, such as 4 or 1.5")
    return int(exact) if exact.denominator == 1 else exact


def scale_text(scale: Ratio) -> str:
    """Return a scale as text: 4, 1.5 or 4/3."""
    exact = Fraction(scale)
    text = f"{float(exact):g}"
    return text if Fraction(text) == exact else str(exact)


def scale_side(side: int, scale: Ratio) -> int:
    """Return a side times a scale, rounded down to a whole number of pixels."""
    return int(side * scale)


Scale = Annotated[Ratio, BeforeValidator(exact_scale)]
"""The type of fields that hold a scale; pydantic converts numbers and texts."""
