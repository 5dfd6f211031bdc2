"""The metric over a whole set: features of each image, and a distance of all outputs from all targets.

It has no value for one pair. Images are looked at one by one; their features are gathered in bounded memory,
in parts that can be added up over workers; the distance is computed once:

    part = set_metrics().get("frechet_alexnet")
    outputs = part.gather(part.look(OutputView(image)) for image in ...)
    targets = part.gather(...)
    part(outputs, targets)
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar, Literal, Protocol, Self, TypedDict, TypeVar, Unpack

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import MetricError, UnknownNameError
from iqabench.files import RemoteFile
from iqabench.images import OutputView
from iqabench.metrics.core.calls import call_metric
from iqabench.metrics.core.metric import FOLDERS, Better, Metric, metrics
from iqabench.metrics.core.requirements import Requirement, require
from iqabench.registry import Registry, origin_of

Floats = NDArray[np.float64]
Features = Callable[[OutputView], Floats]


class Gathered(Protocol):
    """A summary of the features of many images; it can be pickled."""

    @property
    def images(self) -> int:
        """The number of images."""

    def __add__(self, other: Self, /) -> Self:
        """Return the summary of both sets of images as one."""


Kept = TypeVar("Kept", bound=Gathered)


@dataclass(frozen=True)
class SetMetric:
    """A registered metric over a set."""

    name: str
    """Function, file and command-line name."""
    features: Features
    """The features (N, D) of one image: N = 1 where they describe all of it, more where places."""
    keep: Callable[[Iterable[Floats]], Any]
    """The function that summarises the features of several images, as Moments or Rows."""
    distance: Callable[[Any, Any], float]
    """The distance of the summary of all outputs from that of all targets."""
    title: str
    better: Better
    source: str
    """The publication that defines it."""
    identical: float | None
    """The value for a set that equals the other; none where the set decides it."""
    least_images: int
    """The number of images that it needs."""
    unit: str = "1"
    low: float = -inf
    high: float = inf
    version: int = 1
    """The version of its numbers, raised whenever they change; old records keep theirs."""
    min_size: int = 1
    """The length of the shorter side that it needs, in pixels."""
    tolerance: float = 1e-6
    """The largest accepted difference between devices, absolute."""
    cost: float = 0.0
    """Milliseconds per megapixel of an RGB pair, the features of both, as for `Metric`."""

    gpu_cost: float | None = None
    """The same on the GPU of leaderboards/measured, where it was measured."""
    files: tuple[RemoteFile, ...] = ()
    """The files with weights or fitted parameters that it needs."""
    requirement: Requirement | None = None
    """The function that finds what it needs, as for `Metric`."""
    network: bool = False
    """True when a network computes its features, as for `Metric`."""
    reference: ClassVar[Literal["set"]] = "set"

    def __reduce__(self) -> tuple[Callable[[str], "SetMetric"], tuple[str]]:
        """Pickle a registered metric by its name, as for `Metric`."""
        return _registered, (self.name,)

    def require(self) -> None:
        """Find or fetch everything that the metric needs beside its code, before the first image.

        Raises: MetricWeightsError that names the metric, the file or package and the ways to provide it.
        """
        require(self.name, self.files, self.requirement)

    def look(self, seen: OutputView) -> Floats:
        """Return the features of one image.

        Shapes: (N, D).
        Raises: MetricError when the image is too small or its features are not numbers.
        """
        height, width, _ = seen.shape
        if min(height, width) < self.min_size:
            raise MetricError(
                f"{self.name} needs at least {self.min_size} pixels a side; {width}x{height} are left."
            )
        result = call_metric(self.name, self.features, seen)
        if not np.isfinite(result).all():
            raise MetricError(
                f"{self.name} found features that are not finite numbers in an image of {width}x{height}."
            )
        return result

    def gather(self, features: Iterable[Floats]) -> Any:
        """Return the summary of the features of several images.

        Raises: MetricError in the place of anything that the metric raises.
        """
        return call_metric(self.name, self.keep, features)

    def __call__(self, outputs: Gathered, targets: Gathered) -> float:
        """Return the distance of all outputs from all targets.

        Raises: MetricError when there are too few of either.
        """
        fewest = min(outputs.images, targets.images)
        if fewest < self.least_images:
            raise MetricError(
                f"{self.name} is of a whole set and needs at least {self.least_images} images; "
                f"there are {fewest}."
            )
        return call_metric(self.name, self.distance, outputs, targets)


_registry: Registry[SetMetric] = Registry(
    "set metric", FOLDERS, "iqabench.set_metrics", beside=metrics()
)


def set_metrics() -> Registry[SetMetric]:
    """Return the registry of all metrics over a set; no metric of a pair has the name of one of them."""
    return _registry


class SetMetricFacts(TypedDict, total=False):
    """The optional facts that the decorator takes."""

    unit: str
    low: float
    high: float
    version: int
    min_size: int
    tolerance: float
    cost: float
    gpu_cost: float
    files: tuple[RemoteFile, ...]
    network: bool
    requirement: Requirement


def _registered(name: str) -> SetMetric:
    return _registry.get(name)


_WAYS = (
    "'iqabench list metrics' shows all that are installed; the README says under 'Add a metric' how plugins "
    "bring more."
)


def any_metric(name: str) -> Metric | SetMetric:
    """Return the metric of that name, of single images or of whole sets.

    Raises: UnknownNameError with suggestions.
    """
    for registry in (set_metrics(), metrics()):
        if part := registry.find(name):
            return part
    for registry in (set_metrics(), metrics()):
        if name in registry.names():
            return registry.get(name)
    names = [*metrics().names(), *set_metrics().names()]
    raise UnknownNameError("metric", name, names, _WAYS)


def over_set(
    *,
    title: str,
    better: Better,
    source: str,
    identical: float | None,
    least_images: int,
    gather: Callable[[Iterable[Floats]], Kept],
    distance: Callable[[Kept, Kept], float],
    **facts: Unpack[SetMetricFacts],
) -> Callable[[Features], Features]:
    """Register the decorated function's features, under this distance, as the set metric of its name."""

    def register(features: Features) -> Features:
        name = features.__name__
        part = SetMetric(
            name,
            features,
            gather,
            distance,
            title,
            better,
            source,
            identical,
            least_images,
            **facts,
        )
        _registry.add(name, part, origin_of(features))
        return features

    return register
