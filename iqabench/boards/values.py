"""Numbers as they were printed: each stands for every number that rounds to it."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import exp, inf, nextafter


@dataclass(frozen=True)
class BoundedValue:
    """A number, and the bounds of its true value."""

    value: float
    low: float
    high: float

    @classmethod
    def exact(cls, value: float) -> "BoundedValue":
        """Return a number that was not rounded."""
        return cls(value, value, value)

    @classmethod
    def printed(cls, text: str, digits: int | None = None) -> "BoundedValue":
        """Read a number as a table prints it: 29.00 lies between 28.995 and 29.005, and 29 is exactly 29.
        Give `digits` where trailing zeros are hidden.

        Raises: ValueError when it is no finite number.
        """
        try:
            number = Decimal(text.strip())
        except InvalidOperation as error:
            raise ValueError(f"'{text}' is no number") from error
        last = number.as_tuple().exponent
        if not isinstance(last, int):
            raise ValueError(f"'{text}' is not finite")
        value = float(number)
        if digits is None and last >= 0:
            return cls.exact(value)  # a count, a rank or a sum of ranks
        half = Decimal(5).scaleb((last if digits is None else -digits) - 1)
        end = nextafter(float(number + half), -inf)  # it belongs to the next number
        return cls(value, float(number - half), end)

    def plus(self, other: "BoundedValue") -> "BoundedValue":
        """Return the sum of both."""
        return BoundedValue(self.value + other.value, self.low + other.low, self.high + other.high)

    def times(self, factor: float) -> "BoundedValue":
        """Return a multiple."""
        low, high = sorted((self.low * factor, self.high * factor))
        return BoundedValue(self.value * factor, low, high)

    def by(self, other: "BoundedValue") -> "BoundedValue":
        """Return the ratio to a positive value; the ratio to itself is exactly 1."""
        if self is other:
            return BoundedValue.exact(1.0)
        ends = [a / b for a in (self.low, self.high) for b in (other.low, other.high) if b]
        return BoundedValue(self.value / other.value, min(ends), max(ends))

    def exp(self) -> "BoundedValue":
        """Return e to the power of the value."""
        return BoundedValue(exp(self.value), exp(self.low), exp(self.high))

    def cut(self, low: float | None, high: float | None) -> "BoundedValue":
        """Return the value cut to the range from `low` to `high`."""
        bottom, top = -inf if low is None else low, inf if high is None else high
        ends = (min(max(part, bottom), top) for part in (self.value, self.low, self.high))
        return BoundedValue(*ends)

    def may_be(self, other: "BoundedValue", room: float = 0.0) -> bool:
        """Return whether both may stand for one number, or for two that are at most `room` apart."""
        apart = max(self.low, other.low) - min(self.high, other.high)
        return self.value == other.value or apart <= room
