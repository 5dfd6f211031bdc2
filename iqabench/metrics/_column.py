"""A column of a table: a metric under a protocol, written `metric@protocol`."""

from dataclasses import dataclass
from math import isnan

from iqabench.errors import MetricError, UsageError
from iqabench.images import Image, Pair, view
from iqabench.metrics._metric import Metric, metrics
from iqabench.protocol import Protocol, protocol


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
    """One value per column; columns of one protocol share one pair.

    Raises: ImageError when a protocol cannot compare the two, MetricError when a metric is not defined
        on what the protocol leaves.
    """
    protocols = {c.protocol.name: c.protocol for c in columns}
    pairs = {name: view(p, output, target, scale) for name, p in protocols.items()}
    for pair in pairs.values():
        pair.device = device
    return [_value(c, pairs[c.protocol.name]) for c in columns]


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
