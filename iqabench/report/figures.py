"""How figures are written: the same digits in every table, so that equal text means equal rank."""

from math import isinf

ABSENT = "–"

_DIGITS = {"dB": 2}


def digits(unit: str) -> int:
    """Decimals that papers print: 2 for dB, 4 for anything else."""
    return _DIGITS.get(unit, 4)


def figure(value: float | None, unit: str, more: int = 0) -> str:
    """A value as it is printed, with `more` decimals on request."""
    if value is None:
        return ABSENT
    if isinf(value):
        return "inf" if value > 0 else "-inf"
    text = f"{value:.{digits(unit) + more}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def parameters(count: int | None) -> str:
    """A parameter count to three digits, as in 544 K."""
    if count is None:
        return ABSENT
    for size, letter in ((10**9, "G"), (10**6, "M"), (10**3, "K")):
        if count >= size * 0.9995:
            return f"{_three(count / size)} {letter}"
    return str(count)


def moment(time: str) -> str:
    """A record's time, to the minute."""
    return f"{time[:16].replace('T', ' ')} UTC" if time else ABSENT


def _three(value: float) -> str:
    return (
        f"{value:.0f}" if value >= 99.95 else f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"
    )
