"""What a metric is: a function and the facts that stand beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Literal, cast

from iqabench.errors import MetricError
from iqabench.images import Alone, Pair
from iqabench.registry import Registry, origin_of

Better = Literal["higher", "lower"]
Reference = Literal["full", "none"]
"""What it is given: output and target, or the output alone."""


@dataclass(frozen=True)
class Metric:
    """A registered metric; called with what a protocol shows, it gives a number."""

    name: str
    """Function, file and command-line name."""
    function: Callable[[Pair], float]
    title: str
    unit: str
    """dB, 8-bit levels, degrees, or '1' for a pure number."""
    better: Better
    identical: float | None
    """The value for an output that equals its target; none where there is no target."""
    low: float
    high: float
    source: str
    """The publication that defines it."""
    version: int
    """Raised whenever the numbers change; old records keep theirs."""
    min_size: int
    """The shorter side that it needs, in pixels."""
    tolerance: float
    """Largest accepted difference between devices, absolute."""
    colour: bool = False
    """Whether it looks at colour: a bare name then never means a protocol of luma."""
    cost: float = 0.0
    """Milliseconds per megapixel of an RGB pair, alone on one thread of the machine of
    leaderboards/measured; an indication, by which the dearest are started first."""
    reference: Reference = "full"

    def __call__(self, seen: Alone) -> float:
        """The value for one pair, or for an output alone.

        Raises: MetricError when it needs a target and there is none, or is not defined on these images.
        """
        if self.reference == "full" and not isinstance(seen, Pair):
            raise MetricError(f"{self.name} compares with a target, and there is none.")
        return self.function(cast(Pair, seen))


_registry: Registry[Metric] = Registry("metric", __package__, "iqabench.metrics")


def metrics() -> Registry[Metric]:
    """All metrics by name."""
    return _registry


def metric(
    *,
    title: str,
    unit: str = "1",
    better: Better,
    identical: float,
    source: str,
    low: float = -inf,
    high: float = inf,
    version: int = 1,
    min_size: int = 1,
    tolerance: float = 1e-6,
    colour: bool = False,
    cost: float = 0.0,
) -> Callable[[Callable[[Pair], float]], Callable[[Pair], float]]:
    """Register the decorated function as the full-reference metric of its own name."""

    def register(function: Callable[[Pair], float]) -> Callable[[Pair], float]:
        name = function.__name__
        part = Metric(
            name,
            function,
            title,
            unit,
            better,
            identical,
            low,
            high,
            source,
            version,
            min_size,
            tolerance,
            colour,
            cost,
        )
        _registry.add(name, part, origin_of(function))
        return function

    return register


def no_reference(
    *,
    title: str,
    unit: str = "1",
    better: Better,
    source: str,
    low: float = -inf,
    high: float = inf,
    version: int = 1,
    min_size: int = 1,
    tolerance: float = 1e-6,
    colour: bool = False,
    cost: float = 0.0,
) -> Callable[[Callable[[Alone], float]], Callable[[Alone], float]]:
    """Register the decorated function as the no-reference metric of its own name."""

    def register(function: Callable[[Alone], float]) -> Callable[[Alone], float]:
        name = function.__name__
        part = Metric(
            name,
            function,
            title,
            unit,
            better,
            None,
            low,
            high,
            source,
            version,
            min_size,
            tolerance,
            colour,
            cost,
            "none",
        )
        _registry.add(name, part, origin_of(function))
        return function

    return register
