"""The metric: a function and the facts about it."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any, Literal, TypedDict, TypeVar, Unpack

from iqabench.errors import MetricError
from iqabench.files import RemoteFile
from iqabench.images import ClipView, InputsView, OutputView, Pair, PoolView
from iqabench.metrics.core.requirements import Requirement, require
from iqabench.registry import Registry, origin_of

Better = Literal["higher", "lower"]
Reference = Literal["full", "none", "pool", "inputs", "cost", "clip"]
"""The input of a metric: output and target, only the output, the output and a pool of other images, the
output and the parts of the sample that it was made from, the costs of its restoration, or the frames of a
clip with their targets."""


@dataclass(frozen=True)
class Metric:
    """A registered metric; it gives a number for the view of a protocol."""

    name: str
    """Function, file and command-line name."""
    function: Callable[[Any], float]
    """The function of a Pair, an OutputView, a PoolView, an InputsView or a ClipView, as `reference` says."""
    title: str
    better: Better
    source: str
    """The publication that defines it."""
    reference: Reference
    identical: float | None
    """The value for an output that equals its target; none where there is no target."""
    unit: str = "1"
    """dB, 8-bit levels, degrees, or '1' for a pure number."""
    low: float = -inf
    high: float = inf
    version: int = 1
    """The version of its numbers, raised whenever they change; old records keep theirs."""
    min_size: int = 1
    """The length of the shorter side that it needs, in pixels."""
    tolerance: float = 1e-6
    """The largest accepted difference between devices, absolute."""
    colour: bool = False
    """True when it looks at colour: its name alone then never means a protocol of luma."""
    cost: float = 0.0
    """Milliseconds per megapixel of an RGB pair, on one thread of the machine of leaderboards/measured.
    It is optional. The most expensive metrics are started first."""

    gpu_cost: float | None = None
    """The same on the GPU of leaderboards/measured, in batches, where it was measured."""
    files: tuple[RemoteFile, ...] = ()
    """The files with weights or fitted parameters that it needs."""

    requirement: Requirement | None = None
    """The function that finds what it needs, where that is not simply every file of `files`: one of several
    sources, a package, weights that the user trained. It is called with the metric's name."""

    parts: tuple[str, ...] = ("input",)
    """The roles of the parts that a metric of inputs compares the output with."""
    of_pixels: bool = False
    """True when it looks at each pixel by itself, so that it has a value for any choice of pixels."""
    of_chosen: bool = False
    """True when it is the mean of a map, of which it can leave out the pixels that do not count."""
    in_variants: bool = False
    """True when the protocol chooses among its variants, as it does for structural similarity."""
    network: bool = False
    """True when a network computes it: then the last digits depend on the number of threads of a CPU, on some
    processors, and the number is part of the keys of its records."""
    identity: Callable[[], str] | None = None
    """Gives a text on which its numbers depend too, such as a hash of weights that the user trained."""

    def __reduce__(self) -> tuple[Callable[[str], "Metric"], tuple[str]]:
        """Pickle a registered metric by its name: the machine that reads it has its code."""
        return _registered, (self.name,)

    def require(self) -> None:
        """Find or fetch everything that the metric needs beside its code, before the first image.

        Raises: MetricWeightsError that names the metric, the file or package and the ways to provide it.
        """
        require(self.name, self.files, self.requirement)

    def __call__(self, seen: OutputView) -> float:
        """Return the value for one pair, or for only an output.

        Raises: MetricError when it needs a target and there is none, or is not defined on these images.
        """
        if self.reference == "full" and not isinstance(seen, Pair):
            raise MetricError(f"{self.name} compares with a target, and there is none.")
        if self.reference == "pool" and not isinstance(seen, PoolView):
            raise MetricError(f"{self.name} needs a pool of images: {self.name}@unpaired:FOLDER.")
        if self.reference == "inputs" and not isinstance(seen, InputsView):
            raise MetricError(
                f"{self.name} compares with the parts that an output was made from, and there are none; pass "
                f"parts={{{', '.join(f'{role!r}: ...' for role in self.parts)}}}."
            )
        if self.reference == "clip" and not isinstance(seen, ClipView):
            raise MetricError(
                f"{self.name} compares clips, and this is one image; run a set of clips, such as vid4."
            )
        return self.function(seen)


FOLDERS = (
    "iqabench.metrics.full_reference",
    "iqabench.metrics.of_bands",
    "iqabench.metrics.blind",
    "iqabench.metrics.distribution",
    "iqabench.metrics.of_inputs",
    "iqabench.metrics.cost",
)
"""The folders in which a new file is a new metric."""

_registry: Registry[Metric] = Registry("metric", FOLDERS, "iqabench.metrics")
Seen = TypeVar("Seen", bound=OutputView)
Register = Callable[[Callable[[Seen], float]], Callable[[Seen], float]]


def _registered(name: str) -> Metric:
    return _registry.get(name)


def metrics() -> Registry[Metric]:
    """Return the registry of all metrics."""
    return _registry


class MetricFacts(TypedDict, total=False):
    """The optional facts that the decorators take."""

    unit: str
    low: float
    high: float
    version: int
    min_size: int
    tolerance: float
    colour: bool
    cost: float
    gpu_cost: float
    files: tuple[RemoteFile, ...]
    requirement: Requirement
    parts: tuple[str, ...]
    of_pixels: bool
    of_chosen: bool
    in_variants: bool
    network: bool
    identity: Callable[[], str]


def metric(
    *, title: str, better: Better, identical: float, source: str, **facts: Unpack[MetricFacts]
) -> Register[Pair]:
    """Register the decorated function as the full-reference metric of its own name."""
    return _register("full", title, better, identical, source, facts)


def no_reference(
    *, title: str, better: Better, source: str, **facts: Unpack[MetricFacts]
) -> Register[OutputView]:
    """Register the decorated function as the no-reference metric of its own name."""
    return _register("none", title, better, None, source, facts)


def against_pool(
    *, title: str, better: Better, source: str, **facts: Unpack[MetricFacts]
) -> Register[PoolView]:
    """Register the decorated function, which compares an output with a pool of other images."""
    return _register("pool", title, better, None, source, facts)


def against_inputs(
    *, title: str, better: Better, source: str, **facts: Unpack[MetricFacts]
) -> Register[InputsView]:
    """Register the decorated function, which compares an output with the parts that it was made from."""
    return _register("inputs", title, better, None, source, facts)


def cost_of_image(
    *, title: str, better: Better, source: str, **facts: Unpack[MetricFacts]
) -> Register[OutputView]:
    """Register the decorated function, which returns a cost of the restoration that made the output."""
    return _register("cost", title, better, None, source, facts)


def of_clips(
    *, title: str, better: Better, identical: float, source: str, **facts: Unpack[MetricFacts]
) -> Register[ClipView]:
    """Register the decorated function, which compares all frames of a clip with their targets at once."""
    return _register("clip", title, better, identical, source, facts)


def _register(
    reference: Reference,
    title: str,
    better: Better,
    identical: float | None,
    source: str,
    facts: MetricFacts,
) -> Register[Any]:
    def register(function: Callable[[Any], float]) -> Callable[[Any], float]:
        part = Metric(
            function.__name__, function, title, better, source, reference, identical, **facts
        )
        _registry.add(part.name, part, origin_of(function))
        return function

    return register
