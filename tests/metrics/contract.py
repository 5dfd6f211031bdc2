"""Parts that the contract tests of all kinds of metrics share: readiness, and values computed once."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from iqabench.errors import MetricWeightsError
from iqabench.images import OutputView, Pair
from iqabench.metrics import Metric, SetMetric, any_metric

Image = NDArray[Any]
_values: dict[tuple[object, ...], float] = {}


@cache
def missing(name: str) -> str:
    """Return the first line of what the metric says when the mirror lacks its files, '' when it has all."""
    try:
        any_metric(name).require()
    except MetricWeightsError as error:
        return str(error).splitlines()[0]
    return ""


def ready(request: pytest.FixtureRequest, part: Metric | SetMetric) -> None:
    """Switch the mirror on for metrics that need files; skip the test where it lacks them."""
    if not (part.files or part.requirement):
        return
    request.getfixturevalue("mirror")
    if reason := missing(part.name):
        pytest.skip(f"NO WEIGHTS: {reason}")


def value(part: Metric, output: Image, target: Image | None = None) -> float:
    """Return the value of a registered metric; what several tests ask for is computed once a process."""
    images = [image for image in (output, target) if image is not None]
    key = (part.name, *((i.shape, i.dtype.str, i.tobytes()) for i in images))
    if key not in _values:
        _values[key] = part(OutputView(output) if target is None else Pair(output, target))
    return _values[key]


def near(part: Metric | SetMetric, expected: Any) -> Any:
    """Return what equals `expected` but for roundings.

    Where a plane lies in memory decides in which order libraries add it up, and networks have paths of
    their own for some layouts; no more is promised than a metric's own tolerance.
    """
    return pytest.approx(expected, rel=1e-12, abs=part.tolerance if part.files else 1e-9)


def planar(image: Image) -> Image:
    """Return the same image with its channels in planes."""
    return np.moveaxis(np.moveaxis(image, 2, 0).copy(), 0, 2)


def cropped(image: Image) -> Image:
    """Return the same image as a part of a larger one."""
    return np.pad(image, ((3, 3), (2, 2), (0, 0)))[3:-3, 2:-2]


def is_ours(part: Metric | SetMetric, origin: str) -> bool:
    """Return whether the metric stands in this package, and not in a plugin."""
    return "/iqabench/metrics/" in origin.replace("\\", "/")
