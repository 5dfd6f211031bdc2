"""The images of one side of a column over a whole set, and the computing of their features."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch

from iqabench.errors import IqabenchError
from iqabench.images import Image, view_output
from iqabench.metrics import SetColumn
from iqabench.run.conditions import Conditions
from iqabench.run.executors.job import JobItem, Shipment
from iqabench.run.model_cache import ModelCache
from iqabench.run.outcome import NO_OUTPUT
from iqabench.run.prefetch import run_in_threads
from iqabench.run.scoring.sources import ImageSource
from iqabench.trust import is_trusting


@dataclass(frozen=True)
class FeatureResult:
    """The features of one image, or the reason why there are none."""

    name: str
    features: Any = None
    """The features, (N, D); None where there are none."""
    error: str = ""
    """The reason; empty also for images after one that has a reason, which are not looked at."""


@dataclass(frozen=True)
class FeatureOpening:
    """The facts of a worker that decide the last digits of features."""

    threads: int


@dataclass(frozen=True)
class FeatureJob:
    """The features of the outputs, the targets or the pool of one column."""

    name: str
    column: SetColumn
    source: ImageSource
    names: tuple[str, ...]
    """The names of the images in their order."""
    conditions: Conditions
    trusts: bool = field(default_factory=is_trusting)
    """True where the user has consented to code that files and folders bring."""

    @property
    def model(self) -> str:
        """The identity of what is loaded: the network of the metric."""
        return f"features of {self.column.metric.name}"

    @property
    def size(self) -> int:
        """The number of images."""
        return len(self.names)

    def open(self, models: ModelCache) -> "FeatureSession":  # noqa: ARG002 - metrics load their own networks
        """Return the session; see `executors.job`.

        Raises: MetricWeightsError when a file of the metric is neither here nor to be had.
        """
        self.column.metric.require()
        return FeatureSession(self)

    def ship(self) -> Shipment:
        """Return the job with its images by content; see `executors.job`."""
        source, files = self.source.ship(self.names)
        return Shipment(replace(self, source=source), files)


class FeatureSession:
    """The images of one side of a column. After an image without features no other is looked at."""

    def __init__(self, job: FeatureJob) -> None:
        self._job = job
        self._has_failed = False

    @property
    def opening(self) -> FeatureOpening:
        """The number of threads."""
        return FeatureOpening(torch.get_num_threads())

    def run(self, items: Sequence[JobItem]) -> Iterator[FeatureResult]:
        """Yield the features of each image."""
        loaded = run_in_threads(partial(self._load, item.name) for item in items)
        for item in items:
            result = FeatureResult(item.name) if self._has_failed else self._look(next(loaded))
            self._has_failed |= bool(result.error)
            yield result

    def _load(self, name: str) -> tuple[str, Image | None, str]:
        try:
            return name, self._job.source(name), ""
        except IqabenchError as error:
            way_out = ""
            if str(error) == NO_OUTPUT:
                way_out = "; --allow-missing takes the outputs that there are"
            return name, None, f"{name}: {error}{way_out}"

    def _look(self, loaded: tuple[str, Image | None, str]) -> FeatureResult:
        name, image, error = loaded
        if image is None:
            return FeatureResult(name, None, error)
        conditions, column = self._job.conditions, self._job.column
        try:
            view = view_output(column.protocol, image, conditions.scale)
            view.device = conditions.device
            return FeatureResult(name, column.metric.look(view))
        except IqabenchError as reason:
            return FeatureResult(name, None, str(reason))
