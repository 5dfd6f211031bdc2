"""Weibull distributions of greatest likelihood."""

import numpy as np

from iqabench.metrics.shared.natural_scene_statistics import Doubles, in_groups

_START, _STEPS = 4, 60
"""The most steps from the thinned values and from all."""
_CLOSE = 1e-6
"""The relative step of Newton's method, whose next would be its square, at which it stops."""
_ROUNDING = 1e-9
"""Logarithms that are no farther apart are of one value."""
_THINNED = 8
"""The step between the values that are looked at for a start."""


def weibull(values: Doubles) -> tuple[Doubles, Doubles]:
    """Scale and shape of each row of positive values, as MATLAB's wblfit finds them, to more digits.

    Where a row does not vary, its shape is infinite.

    Shapes: (N, P) to two of (N,).
    """
    scale, shape = np.hstack([_fits(np.log(group)) for group in in_groups(values)])
    return scale, shape


def _fits(logs: Doubles) -> Doubles:
    """Return scale and shape for values with these logarithms; (N, P) to (2, N)."""
    top = logs.max(axis=1, keepdims=True)
    logs = logs - top
    varies = logs.min(axis=1) < -_ROUNDING
    shape = np.full(len(logs), np.inf)
    power = np.ones(len(logs))
    if varies.any():
        some = logs[varies]
        guess = np.pi / np.sqrt(6) / some.std(axis=1)
        thinned = np.ascontiguousarray(some[:, ::_THINNED])
        thinned -= thinned.max(axis=1, keepdims=True)
        start, _ = _newton(thinned, guess, _START)
        shape[varies], power[varies] = _newton(some, start.clip(guess / 4, guess * 4), _STEPS)
    return np.stack([np.exp(top[:, 0]) * power ** (1 / shape), shape])


def _newton(logs: Doubles, shape: Doubles, steps: int) -> tuple[Doubles, Doubles]:
    """The shapes k that solve mean(x^k log x) / mean(x^k) - 1 / k = mean(log x), and mean(x^k).

    `logs`: their largest is 0, or powers could vanish altogether.
    """
    mean = logs.mean(axis=1)
    for _ in range(steps):
        power, first, second = _moments(logs, shape)
        error = first - 1 / shape - mean
        slope = second - first**2 + 1 / shape**2
        step = np.clip(error / slope, -2 * shape, 2 / 3 * shape)
        shape = shape - step
        power *= np.exp(-step * first)  # what it is after that step, to its square
        if (np.abs(step) < _CLOSE * shape).all():
            break
    return shape, power


def _moments(logs: Doubles, shape: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """The mean of x^shape, and under it as weights the mean of log x and of its square."""
    powers = np.exp(shape[:, None] * logs)
    total = powers.sum(axis=1)
    powers *= logs
    first = powers.sum(axis=1)
    powers *= logs
    return total / logs.shape[1], first / total, powers.sum(axis=1) / total
