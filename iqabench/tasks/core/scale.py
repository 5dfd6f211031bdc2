"""Scales: the exact size of an output divided by that of its input, an integer or a fraction."""

from fractions import Fraction
from numbers import Integral
from typing import Annotated, Any

from pydantic import BeforeValidator

from iqabench.errors import UsageError

Ratio = int | Fraction
"""A scale: an int when it is an integer, else a Fraction."""

LARGEST_SCALE = 16
"""The largest scale that users may ask for."""


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


def checked_scale(value: Any) -> Ratio:
    """Return a scale that a caller asks for: a whole number of 1 to 16, of numpy too, or a Fraction.

    Raises: UsageError for anything else: floats, texts, booleans, zero.
    """
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if (whole and 1 <= value <= LARGEST_SCALE) or (
        isinstance(value, Fraction) and 0 < value <= LARGEST_SCALE
    ):
        return int(value) if value.denominator == 1 else Fraction(value)
    hint = ""
    if isinstance(value, float) and 0 < value <= LARGEST_SCALE:
        exact = Fraction(str(value))
        hint = f"; {value} is {exact if exact.denominator == 1 else f'fractions.{exact!r}'}"
    raise UsageError(
        f"the scale is {value!r}; expected a whole number of 1 to {LARGEST_SCALE}, such as 4{hint}."
    )


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
