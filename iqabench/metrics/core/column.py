"""A column of a table: a metric under a protocol, written `metric@protocol`."""

import os
import typing
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from math import isnan
from typing import TypeVar

from iqabench.errors import IqabenchError, MetricError
from iqabench.images import Case, Image, OutputView
from iqabench.metrics.core.calls import call_metric
from iqabench.metrics.core.metric import Metric
from iqabench.metrics.core.set_metric import SetMetric
from iqabench.metrics.core.views import attempt, views
from iqabench.protocol import Protocol

T = TypeVar("T")

_MANY = 4
"""The number of columns from which threads save time."""


class Named(typing.Protocol):
    """The facts that both kinds of metrics have."""

    @property
    def name(self) -> str:
        """The name on the command line."""

    @property
    def version(self) -> int:
        """The version, raised whenever the numbers change."""


@dataclass(frozen=True)
class _Written:
    """A metric under a protocol."""

    metric: Named
    protocol: Protocol
    lack: str = ""
    """The reason why it has no value here, such as weights that cannot be had; empty where it has."""

    @property
    def name(self) -> str:
        """The name of the column, such as psnr@sr-y."""
        return f"{self.metric.name}@{self.protocol.name}"

    @property
    def key(self) -> str:
        """The name with everything that decides the number: versions and the protocol's hash."""
        return f"{self.metric.name}.{self.metric.version}@{self.protocol.name}.{self.protocol.hash}"


@dataclass(frozen=True)
class Column(_Written):
    """A metric of single images under a protocol."""

    metric: Metric

    @property
    def needs_target(self) -> bool:
        """True when it has no value without a target."""
        return self.metric.reference in ("full", "clip") and self.protocol.reference == "target"

    @property
    def parts(self) -> tuple[str, ...]:
        """The roles of the parts of a sample that it compares with; empty for other metrics."""
        return self.metric.parts if self.metric.reference == "inputs" else ()

    @property
    def waits(self) -> bool:
        """True when it needs the outputs of several models."""
        return self.protocol.reference == "consensus"

    def __call__(self, output: Image, target: Image | None = None, scale: int = 1) -> float:
        """Return the value for one output and, if the metric asks for one, its target, in units of 0..255."""
        return scores([self], Case(output, target, scale))[0]


@dataclass(frozen=True)
class SetColumn(_Written):
    """A metric over a whole set under a protocol."""

    metric: SetMetric

    @property
    def needs_target(self) -> bool:
        """True when it compares with the targets, and not with a pool."""
        return self.protocol.reference == "target"

    @property
    def waits(self) -> bool:
        """True, as it always needs more than one image."""
        return True


AnyColumn = Column | SetColumn
C = TypeVar("C", bound=AnyColumn)


def require_files(columns: Iterable[AnyColumn]) -> dict[str, str]:
    """Find or fetch what the metrics of the columns need beside their code, each metric once.

    Returns: the names of the metrics that lack something, with the reason.
    Raises: MetricWeightsError when there is no metric that lacks nothing.
    """
    metrics = {column.metric.name: column.metric for column in columns}
    errors: dict[str, MetricError] = {}
    for name, metric in metrics.items():
        try:
            metric.require()
        except MetricError as error:
            errors[name] = error
    if errors and len(errors) == len(metrics):
        raise next(iter(errors.values()))
    return {name: str(error) for name, error in errors.items()}


def with_reasons(columns: Iterable[C], reasons: Mapping[str, str]) -> list[C]:
    """Return the columns, those of the named metrics with the reason why they have no value here."""
    return [replace(column, lack=reasons.get(column.metric.name, "")) for column in columns]


def scores(columns: list[Column], case: Case) -> list[float]:
    """Return one value per column; columns of one protocol share one view, many columns share threads.

    Raises: ImageError when a protocol cannot compare the two, MetricError when a metric is not defined
        on what the protocol leaves, or there is nothing to compare with.
    """
    values = []
    for result in attempts(columns, case):
        if isinstance(result, IqabenchError):
            raise result
        values.append(result)
    return values


def attempts(columns: list[Column], case: Case) -> list[float | IqabenchError]:
    """Return what `scores` does, with the error in the place of a missing value."""
    seen = views([(c.protocol, c.metric.reference) for c in columns], case)
    return _map(lambda c: value(c, seen[c.protocol, c.metric.reference]), columns)


def _map(
    find: Callable[[Column], float | IqabenchError], columns: list[Column]
) -> list[float | IqabenchError]:
    """Return the value or error of each column, in threads where that saves time."""
    threads = min(len(columns), threads_allowed())
    if threads < 2 or len(columns) < _MANY:
        return [find(c) for c in columns]
    dearest_first = sorted(columns, key=lambda c: -c.metric.cost)
    with ThreadPoolExecutor(threads, thread_name_prefix="metric") as pool:
        futures = {c.name: pool.submit(find, c) for c in dearest_first}
    return [futures[c.name].result() for c in columns]


def threads_allowed() -> int:
    """Return OMP_NUM_THREADS, or the number of processors that this process may use."""
    setting = os.environ.get("OMP_NUM_THREADS", "")
    if setting.isdigit() and int(setting):
        return int(setting)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def large_enough(part: Column, seen: OutputView) -> bool:
    """Return whether the metric is defined on an image of that size."""
    return min(seen.shape[:2]) >= part.metric.min_size


def value(part: Column, seen: OutputView | IqabenchError) -> float | IqabenchError:
    """Return the value of one column, or the error."""
    if part.lack:
        return MetricError(part.lack)
    return seen if isinstance(seen, IqabenchError) else attempt(partial(_measured, part, seen))


def _measured(part: Column, seen: OutputView) -> float:
    height, width, _ = seen.shape
    if not large_enough(part, seen):
        raise MetricError(
            f"{part.name} needs at least {part.metric.min_size} pixels a side; {width}x{height} are left."
        )
    value = call_metric(part.metric.name, lambda: float(part.metric(seen)))
    if isnan(value):
        raise MetricError(f"{part.name} gave NaN on an image of {width}x{height}.")
    return value
