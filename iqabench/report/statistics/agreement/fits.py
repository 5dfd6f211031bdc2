"""Fits of a curve between a metric's values and the opinions, before they are compared linearly.

    none    nothing: the values as they are
    4       (b1 - b2) / (1 + exp(-(x - b3) / |b4|)) + b2, from [max y, min y, mean x, std x / 4]
    5       b1 (1/2 - 1 / (1 + exp(b2 (x - b3)))) + b4 x + b5, from [10, 0, mean y, 0.1, 0.1]
    cubic   a polynomial of the third order

A metric whose good values are at the other end than the opinions' is turned over first (x becomes -x), so
that the start of the fourth goes the right way. Least squares by `scipy.optimize.curve_fit` (Levenberg-
Marquardt, exact derivatives, at most 20,000 evaluations), on x and y of mean 0 and deviation 1: scale and
shift of x and y change the parameters of these curves and not their shapes, and steps are then of one size.

Paper: the fifth starts at the mean of y; here: also at the mean of x, and at the curve of the fourth, and the
one of least squares is taken, because from the mean of y alone it can stop far from its own optimum (on
TID2013, DSSIM has a PLCC of 0.773 then, instead of 0.870).
Source: VQEG 2000 (4); Sheikh, Sabir, Bovik, IEEE TIP 15(11), 2006 (5).
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from iqabench.report.statistics.agreement.correlation import Doubles, UndefinedError, require_change

_EVALUATIONS = 20_000
_AGAIN = {"maxfev": 300, "ftol": 1e-6, "xtol": 1e-6}
"""Options for a resample, which starts from the parameters of the figure; intervals need fewer digits."""


@dataclass(frozen=True)
class Scaled:
    """Values x and y scaled to mean 0 and deviation 1, with the means and deviations they had."""

    x: Doubles
    y: Doubles
    x_mean: float
    x_std: float
    y_mean: float
    y_std: float

    @classmethod
    def of(cls, x: Doubles, y: Doubles) -> "Scaled":
        """Scale values that are not all equal.

        Raises: UndefinedError when they are.
        """
        require_change(x, y)
        ends = float(x.mean()), float(x.std()), float(y.mean()), float(y.std())
        return cls((x - ends[0]) / ends[1], (y - ends[2]) / ends[3], *ends)


Curve = Callable[..., Doubles]


@dataclass(frozen=True)
class Fit:
    """A curve with a name."""

    name: str
    parameters: int
    curve: Curve | None = None
    """Curve; None when nothing is fitted."""
    slopes: Curve | None = None
    """Derivatives by the parameters, (samples, parameters); None where the curve is linear in them."""
    starts: Callable[[Scaled], list[Doubles]] | None = None

    def of(self, scaled: Scaled, weights: Doubles, near: Doubles | None = None) -> Doubles:
        """Return the parameters of least squares, in scaled units; `near` is a known start.

        Raises: UndefinedError when nothing converges.
        """
        assert self.curve is not None
        if (weights > 0).sum() <= self.parameters:
            raise UndefinedError(f"{self.parameters} parameters need more values than that")
        if self.slopes is None or self.starts is None:
            return _cubic_of(scaled, weights)
        starts = self.starts(scaled) if near is None else [near]
        found = [self._from(start, scaled, weights, near is not None) for start in starts]
        fitting = [
            (self._error(p, scaled, weights), at) for at, p in enumerate(found) if p is not None
        ]
        best = min((pair for pair in fitting if np.isfinite(pair[0])), default=None)
        if best is None:
            raise UndefinedError(f"the fit of {self.parameters} parameters does not converge")
        parameters = found[best[1]]
        assert parameters is not None
        return parameters

    def _from(
        self, start: Doubles, scaled: Scaled, weights: Doubles, again: bool
    ) -> Doubles | None:
        optimize = import_module("scipy.optimize")  # slow to load, and tables do not need it
        used = weights > 0
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter(
                "ignore", optimize.OptimizeWarning
            )  # of covariances, which nobody asks for
            try:
                found, _ = optimize.curve_fit(
                    self.curve,
                    scaled.x[used],
                    scaled.y[used],
                    start,
                    jac=self.slopes,
                    sigma=1 / np.sqrt(weights[used]),
                    **(_AGAIN if again else {"maxfev": _EVALUATIONS}),
                )
            except (RuntimeError, ValueError):
                return None
        return np.asarray(found)

    def _error(self, parameters: Doubles, scaled: Scaled, weights: Doubles) -> float:
        assert self.curve is not None
        return float(weights @ (self.curve(scaled.x, *parameters) - scaled.y) ** 2)


def _step(t: Doubles) -> Doubles:
    """Return 1 / (1 + exp(-t)), for any t."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * t)))


def _four(x: Doubles, b1: float, b2: float, b3: float, b4: float) -> Doubles:
    return (b1 - b2) * _step((x - b3) / _width(b4)) + b2


def _four_slopes(x: Doubles, b1: float, b2: float, b3: float, b4: float) -> Doubles:
    t = (x - b3) / _width(b4)
    step = _step(t)
    steep = (b1 - b2) * step * (1 - step) / _width(b4)
    return np.stack([step, 1 - step, -steep, -steep * t * (1.0 if b4 >= 0 else -1.0)], axis=1)


def _width(b4: float) -> float:
    return max(abs(b4), 1e-300)


def _four_starts(s: Scaled) -> list[Doubles]:
    return [np.array([s.y.max(), s.y.min(), 0.0, 0.25])]


def _five(x: Doubles, b1: float, b2: float, b3: float, b4: float, b5: float) -> Doubles:
    return b1 * (_step(b2 * (x - b3)) - 0.5) + b4 * x + b5


def _five_slopes(x: Doubles, b1: float, b2: float, b3: float, b4: float, b5: float) -> Doubles:  # noqa: ARG001
    step = _step(b2 * (x - b3))
    steep = b1 * step * (1 - step)
    return np.stack([step - 0.5, steep * (x - b3), -steep * b2, x, np.ones_like(x)], axis=1)


def _five_starts(s: Scaled) -> list[Doubles]:
    """Return the starts of the module's docstring; published ones are in units of x and y, so scaled."""
    slope = 0.1 * s.x_std / s.y_std
    rest = [slope, (0.1 + 0.1 * s.x_mean - s.y_mean) / s.y_std]
    published = [
        np.array([10 / s.y_std, 0.0, (middle - s.x_mean) / s.x_std, *rest])
        for middle in (s.y_mean, s.x_mean)
    ]
    try:
        b1, b2, b3, b4 = FITS["4"].of(s, np.ones_like(s.x))
    except UndefinedError:
        return published
    return [*published, np.array([b1 - b2, 1 / _width(b4), b3, 0.0, (b1 + b2) / 2])]


def _cubic(x: Doubles, b1: float, b2: float, b3: float, b4: float) -> Doubles:
    return np.asarray(((b1 * x + b2) * x + b3) * x + b4)


def _cubic_of(scaled: Scaled, weights: Doubles) -> Doubles:
    root = np.sqrt(weights)
    powers = np.vander(scaled.x, 4) * root[:, None]
    return np.asarray(np.linalg.lstsq(powers, scaled.y * root, rcond=None)[0])


FITS = {
    "none": Fit("none", 0),
    "4": Fit("4", 4, _four, _four_slopes, _four_starts),
    "5": Fit("5", 5, _five, _five_slopes, _five_starts),
    "cubic": Fit("cubic", 4, _cubic),
}
"""Fits by name."""
