"""The figures of one metric beside opinions.

    srcc        Spearman's rank correlation
    krcc        Kendall's, tau-b
    plcc, rmse  Pearson's, and the root of the mean squared difference in units of opinion, after a fit
    ntire2021   |srcc| + |plcc|, the main score of the NTIRE 2021 challenge on perceptual IQA, whose report
                takes plcc after a polynomial of the third order: its fit is cubic

Signs: higher agrees. A metric and opinions whose good ends are opposite (LPIPS and MOS, PSNR and DMOS) are
compared turned over, so that a negative srcc or krcc, or plcc without a fit, says that the metric contradicts
people. A fitted curve goes either way, so a plcc after a fit is never telling of that: look at srcc.

Infinite values (PSNR of identical images) have ranks; plcc, rmse and fits leave them out, and say how many.
There is no rmse without a fit: it would subtract decibels from opinions.
Source: Gu et al., NTIRE 2021 challenge on perceptual image quality assessment, CVPRW 2021 (ntire2021).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from iqabench.report.statistics.agreement.bootstrap import Resampling, attempt, interval
from iqabench.report.statistics.agreement.correlation import (
    Doubles,
    RankedValues,
    UndefinedError,
    kendall,
    pearson,
    spearman,
)
from iqabench.report.statistics.agreement.fits import FITS, Fit, Scaled

FEWEST = 5
"""Smallest number of values for a statistic."""


@dataclass(frozen=True)
class Statistic:
    """One statistic, or the reason why there is none."""

    name: str
    fit: str
    """Name of the fit; empty for ranks, which need none."""
    value: float | None
    low: float | None
    high: float | None
    n: int
    left_out: int
    """Number of infinite values that it cannot take."""
    error: str


@dataclass(frozen=True)
class _Part:
    """Figures that are computed together, from weights."""

    names: tuple[tuple[str, str], ...]
    """Statistic and fit of each."""
    n: int
    left_out: int
    prepare: Callable[[], Callable[[Doubles], tuple[float, ...]]]


def statistics(
    x: Doubles, y: Doubles, fits: Sequence[Fit], resampling: Resampling, groups: Sequence[object]
) -> list[Statistic]:
    """Return all statistics of values x, turned so that higher should mean higher, and opinions y."""
    parts = _parts(x, y, fits)
    drawn = resampling.weights(groups) if len(x) >= FEWEST else iter(())
    figures = [_figure(part, len(x)) for part in parts]
    again: list[list[tuple[float, ...]]] = [[] for _ in parts]
    for weights in drawn:
        for at, (compute, _, _) in enumerate(figures):
            if compute is not None:
                again[at].append(attempt(compute, weights))
    found = []
    for part, (_, values, error), others in zip(parts, figures, again, strict=True):
        for at, (name, fit) in enumerate(part.names):
            value = None if error else values[at]
            again_at = [o[at] if o else np.nan for o in others]
            ends = (
                None if value is None else interval(name, value, again_at, resampling.count(groups))
            )
            low, high = ends or (None, None)
            found.append(Statistic(name, fit, value, low, high, part.n, part.left_out, error))
    return found


def _figure(
    part: _Part, n: int
) -> tuple[Callable[[Doubles], tuple[float, ...]] | None, tuple[float, ...], str]:
    if part.n < FEWEST:
        finite = "finite " if part.left_out else ""
        return None, (), f"{part.n} {finite}values; at least {FEWEST} are needed"
    try:
        compute = part.prepare()
        return compute, compute(np.ones(n)), ""
    except UndefinedError as error:
        return None, (), str(error)


def _parts(x: Doubles, y: Doubles, fits: Sequence[Fit]) -> list[_Part]:
    finite = np.isfinite(x)
    n, left_out = int(finite.sum()), int((~finite).sum())
    ranks = _Part((("srcc", ""),), len(x), 0, partial(_ranks, x, y, spearman))
    taus = _Part((("krcc", ""),), len(x), 0, partial(_ranks, x, y, kendall))
    fitted = [_Part(_names(fit), n, left_out, partial(_linear, x, y, finite, fit)) for fit in fits]
    main = _Part((("ntire2021", "cubic"),), n, left_out, partial(_main, x, y, finite))
    return [ranks, taus, *fitted, main]


def _names(fit: Fit) -> tuple[tuple[str, str], ...]:
    return (("plcc", fit.name),) if fit.curve is None else (("plcc", fit.name), ("rmse", fit.name))


def _ranks(
    x: Doubles, y: Doubles, correlation: Callable[[RankedValues, RankedValues, Doubles], float]
) -> Callable[[Doubles], tuple[float, ...]]:
    a, b = RankedValues(x), RankedValues(y)
    return lambda weights: (correlation(a, b, weights),)


def _linear(
    x: Doubles, y: Doubles, finite: NDArray[np.bool_], fit: Fit
) -> Callable[[Doubles], tuple[float, ...]]:
    x, y = x[finite], y[finite]
    if fit.curve is None:
        return lambda weights: (pearson(x, y, weights[finite]),)
    curve, scaled = fit.curve, Scaled.of(x, y)
    near = fit.of(scaled, np.ones(len(x)))

    def compute(weights: Doubles) -> tuple[float, ...]:
        """Refit the curve to a resample, from the parameters of the figure."""
        weights = weights[finite]
        parameters = near if bool((weights == 1).all()) else fit.of(scaled, weights, near)
        said = curve(scaled.x, *parameters)
        if np.ptp(said) == 0:
            raise UndefinedError(
                f"the fit {fit.name} is flat: the metric tells nothing of the opinions"
            )
        error = np.sqrt(weights @ (said - scaled.y) ** 2 / weights.sum()) * scaled.y_std
        return pearson(said, scaled.y, weights), float(error)

    return compute


def _main(
    x: Doubles, y: Doubles, finite: NDArray[np.bool_]
) -> Callable[[Doubles], tuple[float, ...]]:
    ranks, fitted = _ranks(x, y, spearman), _linear(x, y, finite, FITS["cubic"])
    return lambda weights: (abs(ranks(weights)[0]) + abs(fitted(weights)[0]),)
