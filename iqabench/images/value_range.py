"""The range of a caller's values: what is black and what is white is declared or checked, never guessed.

A metric that clips in silence calls two images of [-1, 1] equal where both are dark. So values that are not
in their range are refused, with a message that names the likely cause and the way out, `data_range=`.
"""

from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ImageError, UsageError
from iqabench.images.read import Image

DataRange = float | tuple[float, float]
"""The value of white, with 0 as black, or the values of black and white."""


class Overshoot(NamedTuple):
    """The part of the range by which an output may leave it; the protocol clips that, as `run` does."""

    limit: float
    """The most that any value may leave the range by."""
    usual: float
    """The most that nearly all values may leave it by."""
    share: float
    """The share of values that may exceed `usual`."""


OVERSHOOT = Overshoot(limit=0.25, usual=0.05, share=0.01)
"""The overshoot of outputs. Networks overshoot at edges: the fourteen that were measured on Set5 at x4 leave
0..1 by 0.20 at most, and by more than 0.05 in at most 0.03 % of the values. Values of [-1, 1] are below 0
wherever the image is darker than its middle, which is farther, or in more places."""

ROUNDING = 1e-4
"""The share of the range, a fortieth of a level, by which a target may leave it: floats that were scaled
there and back do."""


def as_levels(values: NDArray[Any], data_range: DataRange, role: str, kind: str) -> Image:
    """Return values as levels of 0..255 in float64; neither clipped nor rounded.

    `role` is "output" or another word such as "target", which may not overshoot; `kind` is the type of the
    values in words.

    Raises: ImageError for NaN, infinite values, and values outside of the range; UsageError for a range that
        is none.
    """
    black, white = bounds_of(data_range)
    numbers = values.astype(np.float64)
    bad = int(numbers.size - np.isfinite(numbers).sum())
    if bad:
        raise ImageError(
            f"the {role}, {kind}, holds NaN or infinite values in {bad} of {numbers.size} places."
        )
    levels: Image = (numbers - black) * (255.0 / (white - black))
    if not _is_within(levels / 255.0, role):
        low, high = float(numbers.min()), float(numbers.max())
        raise ImageError(
            f"the {role}, {kind}, has values from {low:.4g} to {high:.4g}; expected {black:g} to {white:g}"
            f"{_allowance(role)}. {_way_out(low, high, black, white, role)}"
        )
    return levels


def bounds_of(data_range: Any) -> tuple[float, float]:
    """Return the values of black and white.

    Raises: UsageError when they are not two finite numbers, the second one larger.
    """
    several = isinstance(data_range, (tuple, list)) or getattr(data_range, "ndim", 0) == 1
    pair = tuple(data_range) if several else (0, data_range)
    numbers = [x for x in pair if isinstance(x, Real) and not isinstance(x, (bool, np.bool_))]
    if len(pair) == len(numbers) == 2:
        black, white = float(numbers[0]), float(numbers[1])
        if np.isfinite(white - black) and white > black:
            return black, white
    raise UsageError(
        f"data_range is {data_range!r}; expected the value of white, as in data_range=255, or those of black "
        "and white, as in data_range=(-1, 1)."
    )


def likely_range(low: float, high: float) -> str:
    """Return the cause and the way out that extremes of values point to; empty where none is likely."""
    room = OVERSHOOT.usual
    if low >= -room and high <= 1 + room:
        return "They look like values of [0, 1]: pass data_range=1."
    if low >= -1 - room and high <= 1 + room:
        return "They look like values of [-1, 1]: pass data_range=(-1, 1)."
    if -4 < low < -1 and high < 4:
        return (
            "They look normalised by a mean and a deviation: undo that first, or declare black and white "
            "with data_range=(LOW, HIGH)."
        )
    for white, name in ((255, "8-bit levels"), (65535, "16-bit levels")):
        if low >= -room * white and 2 < high <= (1 + room) * white:
            return f"They look like {name}: pass data_range={white}."
    return ""


def _is_within(shares: NDArray[np.float64], role: str) -> bool:
    """Return whether values, as shares of the range, stay in it as far as their role must."""
    excess = max(float(-shares.min()), float(shares.max()) - 1)
    if role != "output":
        return excess <= ROUNDING
    if excess <= OVERSHOOT.usual:
        return True
    far = (shares < -OVERSHOOT.usual) | (shares > 1 + OVERSHOOT.usual)
    return excess <= OVERSHOOT.limit and float(far.mean()) <= OVERSHOOT.share


def _allowance(role: str) -> str:
    if role != "output":
        return ""
    return (
        f" (an output may be {OVERSHOOT.usual:.0%} of that beyond, and {OVERSHOOT.limit:.0%} in "
        f"{OVERSHOOT.share:.0%} of its places)"
    )


def _way_out(low: float, high: float, black: float, white: float, role: str) -> str:
    likely = likely_range(low, high) if (black, white) == (0, 1) else ""
    if likely and "data_range=1." not in likely:
        return likely
    return (
        f"Clip it yourself if it only overshoots, as in {role}.clip({black:g}, {white:g}), or declare black "
        "and white with data_range=(LOW, HIGH)."
    )
