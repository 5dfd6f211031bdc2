"""Numbers and the room of their printed digits."""

from math import e, exp

import pytest

from iqabench.boards import BoundedValue


@pytest.mark.parametrize(
    ("text", "value", "low", "high"),
    [
        ("29.00", 29.0, 28.995, 29.005),
        (".9299", 0.9299, 0.92985, 0.92995),
        ("0.151", 0.151, 0.1505, 0.1515),
        ("29", 29.0, 29.0, 29.0),
        ("-1.5", -1.5, -1.55, -1.45),
        (" 7 ", 7.0, 7.0, 7.0),
        ("1e-3", 0.001, 0.0005, 0.0015),
        ("2e3", 2000.0, 2000.0, 2000.0),
    ],
)
def test_a_printed_number_has_the_room_of_its_digits(
    text: str, value: float, low: float, high: float
) -> None:
    found = BoundedValue.printed(text)
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high))


def test_digits_may_be_said_where_zeros_are_hidden() -> None:
    found = BoundedValue.printed("32.1", 2)
    assert (found.value, found.low, found.high) == pytest.approx((32.1, 32.095, 32.105))


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "1,5", "12 dB"])
def test_what_is_no_finite_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        BoundedValue.printed(text)


def test_arithmetic_carries_the_ends() -> None:
    one, other = BoundedValue(2.0, 1.0, 3.0), BoundedValue(4.0, 2.0, 8.0)
    assert one.plus(other) == BoundedValue(6.0, 3.0, 11.0)
    assert one.times(-2) == BoundedValue(-4.0, -6.0, -2.0)
    assert one.by(other) == BoundedValue(0.5, 0.125, 1.5)
    assert one.by(one) == BoundedValue.exact(1.0)
    assert BoundedValue.exact(1.0).exp() == BoundedValue(e, e, e)
    assert BoundedValue(0.0, -1.0, 1.0).exp() == BoundedValue(1.0, exp(-1), e)


def test_a_clamp_cuts_ends_too() -> None:
    assert BoundedValue(5.0, -1.0, 9.0).cut(0.0, 4.0) == BoundedValue(4.0, 0.0, 4.0)
    assert BoundedValue(5.0, -1.0, 9.0).cut(None, None) == BoundedValue(5.0, -1.0, 9.0)


def test_values_may_stand_for_one_number() -> None:
    assert BoundedValue.printed("1.00").may_be(BoundedValue.printed("1.0"))
    assert not BoundedValue.printed("1.00").may_be(
        BoundedValue.printed("1.01")
    )  # ends meet: half open
    assert BoundedValue.printed("1.00").may_be(BoundedValue.printed("1.01"), room=0.001)
    assert BoundedValue.exact(3).may_be(
        BoundedValue(2.0, 2.0, 3.0)
    )  # a count belongs to a range of counts
    assert not BoundedValue.exact(3).may_be(BoundedValue.exact(4))
