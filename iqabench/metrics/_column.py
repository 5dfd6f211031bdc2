"""A column of a table: a metric under a protocol, written `metric@protocol`."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import isnan

from iqabench.errors import MetricError, UsageError
from iqabench.images import Image, Pair, view
from iqabench.metrics._metric import Metric, metrics
from iqabench.protocol import Protocol, protocol

_MANY = 4
"""Columns from which on threads are worth their start."""


@dataclass(frozen=True)
class Column:
    """A metric under a protocol."""

    metric: Metric
    protocol: Protocol

    @property
    def name(self) -> str:
        """As it is written: psnr@sr-y."""
        return f"{self.metric.name}@{self.protocol.name}"

    @property
    def key(self) -> str:
        """The name with everything that decides the number: versions and the protocol's hash."""
        return f"{self.metric.name}.{self.metric.version}@{self.protocol.name}.{self.protocol.hash}"

    def __call__(self, output: Image, target: Image, scale: int = 1) -> float:
        """The value for one output and its target, images in units of 0..255."""
        return scores([self], output, target, scale)[0]


def column(text: str, default_protocol: str = "rgb") -> Column:
    """`psnr@sr-y`, or a bare `psnr` under the default protocol, as a column.

    A metric that looks at colour takes the default's sibling in colour: `lpips` on a
    super-resolution set means lpips@sr-rgb.

    Raises: UsageError for other forms, UnknownNameError for unknown metrics and protocols.
    """
    name, at, under = text.partition("@")
    if not name or (at and not under) or "@" in under:
        raise UsageError(f"'{text}' is not a column; expected metric@protocol, such as psnr@sr-y.")
    part = metrics().get(name)
    meant = protocol(under or default_protocol)
    if not under and part.colour and meant.colour:
        meant = protocol(meant.colour)
    return Column(part, meant)


def scores(
    columns: list[Column], output: Image, target: Image, scale: int = 1, device: str = "cpu"
) -> list[float]:
    """One value per column; columns of one protocol share one pair, many columns the threads there are.

    Raises: ImageError when a protocol cannot compare the two, MetricError when a metric is not defined
        on what the protocol leaves.
    """
    protocols = {c.protocol.name: c.protocol for c in columns}
    pairs = {name: view(p, output, target, scale) for name, p in protocols.items()}
    for pair in pairs.values():
        pair.device = device
    return _map(lambda c: _value(c, pairs[c.protocol.name]), columns)


def _map(value: Callable[[Column], float], columns: list[Column]) -> list[float]:
    """In threads where that pays: what metrics spend their time on lets other threads run."""
    threads = min(len(columns), threads_allowed())
    if threads < 2 or len(columns) < _MANY:
        return [value(c) for c in columns]
    dearest_first = sorted(columns, key=lambda c: -c.metric.cost)
    with ThreadPoolExecutor(threads, thread_name_prefix="metric") as pool:
        found = {c.name: pool.submit(value, c) for c in dearest_first}
    return [found[c.name].result() for c in columns]


def threads_allowed() -> int:
    """OMP_NUM_THREADS, or the processors that this process may use."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdigit() and int(asked):
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _value(part: Column, pair: Pair) -> float:
    height, width, _ = pair.shape
    if min(height, width) < part.metric.min_size:
        raise MetricError(
            f"{part.name} needs at least {part.metric.min_size} pixels a side; {width}x{height} are left."
        )
    value = float(part.metric(pair))
    if isnan(value):
        raise MetricError(f"{part.name} gave NaN on an image of {width}x{height}.")
    return value
