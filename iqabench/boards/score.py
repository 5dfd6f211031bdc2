"""The formulas of scores: a fixed list, each with its names as data."""

from collections.abc import Iterable

from pydantic import PrivateAttr, model_validator

from iqabench.boards.column import Better
from iqabench.facts import Facts

FORMULAS = ("weighted_sum", "mean", "mean_over_sets", "ratio", "exp_ratio", "linear", "rank_sum")


class ExpRatio(Facts):
    """The formula exp(times * value / the baseline's value)."""

    of: str
    times: float = 1.0


class Linear(Facts):
    """The formula factor * value + offset, cut at `low` and `high`."""

    of: str
    factor: float = 1.0
    offset: float = 0.0
    low: float | None = None
    high: float | None = None


class ScoreFormula(Facts):
    """A quantity computed from others by exactly one of the formulas."""

    title: str = ""
    better: Better = "higher"
    published: str = ""
    """The CSV's column that holds it, if it was printed."""
    tolerance: float = 0.0
    """The largest accepted difference from the printed one beyond what rounding explains."""
    weighted_sum: dict[str, float] | None = None
    mean: tuple[str, ...] | None = None
    mean_over_sets: str | None = None
    """The column of which the mean over all sets of the board is taken; each set counts alike."""
    ratio: str | None = None
    """The quantity whose ratio to the baseline's value is taken."""
    exp_ratio: ExpRatio | None = None
    linear: Linear | None = None
    rank_sum: tuple[str, ...] | None = None
    """The quantities whose ranks are summed, among the entries that are ranked."""

    _over: tuple[str, ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _one_formula(self) -> "ScoreFormula":
        given = [name for name in FORMULAS if getattr(self, name) is not None]
        if len(given) != 1:
            found = ", ".join(given) or "none"
            raise ValueError(f"expected one of {', '.join(FORMULAS)}; found {found}")
        if not self.needs:
            raise ValueError(f"{given[0]} of nothing; name columns or scores")
        return self

    @property
    def formula(self) -> str:
        """The name of its formula."""
        return next(name for name in FORMULAS if getattr(self, name) is not None)

    def take_over(self, quantities: Iterable[str]) -> None:
        """Take the mean over sets of these quantities, which only the board knows."""
        self._over = tuple(quantities)

    @property
    def terms(self) -> tuple[str, ...]:
        """The quantities of which a mean is taken; empty for other formulas."""
        return self._over if self.mean_over_sets else self.mean or ()

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns and scores that it is computed from."""
        if self._over:
            return self._over
        given = getattr(self, self.formula)
        if isinstance(given, (ExpRatio, Linear)):
            return (given.of,)
        return (given,) if isinstance(given, str) else tuple(given)

    @property
    def needs_baseline(self) -> bool:
        """True when it is computed from a ratio to the baseline."""
        return self.formula in ("ratio", "exp_ratio")

    def words(self, baseline: str) -> str:
        """Return the formula as a person would write it."""
        if self.weighted_sum is not None:
            return _sum(self.weighted_sum)
        if self.terms:
            over = f"{self.mean_over_sets} over {len(self._over)} sets"
            return f"mean of {over if self.mean_over_sets else ', '.join(self.terms)}"
        if self.rank_sum is not None:
            return f"sum of the ranks in {', '.join(self.rank_sum)}"
        if self.exp_ratio is not None:
            times = f"{self.exp_ratio.times:g} × " if self.exp_ratio.times != 1 else ""
            return f"exp({times}{self.exp_ratio.of} / that of {baseline})"
        if self.linear is not None:
            return _line(self.linear)
        return f"{self.ratio} / that of {baseline}"


def _sum(weights: dict[str, float]) -> str:
    text = ""
    for name, weight in weights.items():
        sign = (" - " if weight < 0 else " + ") if text else ("-" if weight < 0 else "")
        text += sign + (name if abs(weight) == 1 else f"{abs(weight):g} × {name}")
    return text


def _line(how: Linear) -> str:
    text = _sum({how.of: how.factor})
    if how.offset:
        text = (
            f"{how.offset:g} - {_sum({how.of: -how.factor})}"
            if how.factor < 0
            else (f"{text} {'-' if how.offset < 0 else '+'} {abs(how.offset):g}")
        )
    text += "" if how.low is None else f", at least {how.low:g}"
    return text + ("" if how.high is None else f", at most {how.high:g}")
