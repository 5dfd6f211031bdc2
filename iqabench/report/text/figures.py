"""Text of figures: the same digits in every table, so that equal text means equal rank."""

from math import floor, isinf, log10

ABSENT = "–"

MACS = "MACs"
"""The unit of multiply-accumulates of images, which are printed as in 870.8 M."""

_DIGITS = {"dB": 2}


def digits(unit: str) -> int:
    """Return the number of decimals that papers print: 2 for dB, 4 for anything else."""
    return _DIGITS.get(unit, 4)


def figure(value: float | None, unit: str, more: int = 0) -> str:
    """Return a value as it is printed, with `more` decimals on request."""
    if value is None:
        return ABSENT
    if isinf(value):
        return "inf" if value > 0 else "-inf"
    if unit == MACS:
        return _count(value)
    text = f"{value:.{digits(unit) + more}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def deviation(value: float, unit: str) -> str:
    """Return a standard deviation with the digits of its mean; with its first digit where these are all 0."""
    text = figure(value, unit)
    return f"{value:.1g}" if value and float(text) == 0 else text


def parameters(count: int | None) -> str:
    """Return a parameter count to three digits, as in 544 K."""
    if count is None:
        return ABSENT
    for size, letter in ((10**9, "G"), (10**6, "M"), (10**3, "K")):
        if count >= size * 0.9995:
            return f"{_three(count / size)} {letter}"
    return str(count)


def cost_figure(value: float | None, unit: str) -> str:
    """Return a cost to four digits: counts as in 9.834 G, anything else with its unit, as in 27.13 ms."""
    if value is None:
        return ABSENT
    if isinf(value):
        return "inf"
    if unit in ("1", MACS):
        return _count(value)
    return f"{_four(value)} {short_unit(unit)}".strip()


def cost_number(value: float | None, unit: str) -> str:
    """Return a cost without its unit, which stands in the column's head."""
    return cost_figure(value, unit if unit in ("1", MACS) else "")


def p_value(p: float) -> str:
    """Return a p value to two digits, the small ones as a bound."""
    return "<0.0001" if p < 0.0001 else f"{p:.2g}"


def difference(value: float) -> str:
    """Return a difference with its sign, to four decimals."""
    return f"{value:+.4f}"


def difference_interval(low: float | None, high: float | None) -> str:
    """Return the interval of a difference, as in `-0.0310 to +0.0042`; empty without one."""
    return "" if low is None or high is None else f"{difference(low)} to {difference(high)}"


def plain_zeros(text: str) -> str:
    """Return a figure without trailing zeros, as at an axis: 200 K for 200.0 K."""
    number, space, letter = text.partition(" ")
    return (number.rstrip("0").rstrip(".") if "." in number else number) + space + letter


def short_unit(unit: str) -> str:
    """Return a unit as it fits into a table; nothing for counts."""
    return {"": "", "1": "", "megapixels per second": "Mpx/s"}.get(unit, unit)


def moment(time: str) -> str:
    """Return a record's time, to the minute."""
    return f"{time[:16].replace('T', ' ')} UTC" if time else ABSENT


def _count(value: float) -> str:
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "K")):
        if value >= size * 0.99995:
            return f"{_four(value / size)} {letter}"
    return f"{value:.0f}"


def _four(value: float) -> str:
    return f"{value:.{max(0, 3 - floor(log10(abs(value))))}f}" if value else "0"


def _three(value: float) -> str:
    return (
        f"{value:.0f}" if value >= 99.95 else f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"
    )
