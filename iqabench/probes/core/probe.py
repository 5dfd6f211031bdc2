"""The definition of a probe: a function and the facts that stand beside it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from iqabench.errors import UnknownNameError, UsageError
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.registry import Registry, origin_of

Better = Literal["higher", "lower"]
Function = Callable[[ProbedModel, str], ProbeResult]


@dataclass(frozen=True)
class Probe:
    """A registered probe. Called with a model and a convention, it returns a value."""

    name: str
    """Function, file and command-line name."""
    function: Function
    title: str
    unit: str
    """The unit of the value: ms, MiB, J, megapixels per second, or '1' for a count."""
    better: Better
    source: str
    conventions: Mapping[str, str]
    """Names of the ways of counting and their meanings; the first is the default. {"": ...} means that there
    is only one way."""
    sized: bool = True
    """True when the value depends on the input's size, which is then part of the column's name."""
    timed: bool = False
    """True when the value depends on the machine: the network runs again and again on a device that is held.
    """
    version: int = 1
    """Raised whenever the numbers change; old records keep theirs."""

    def __call__(self, model: ProbedModel, convention: str | None = None) -> ProbeResult:
        """Measure the model under a convention, or under the default one.

        Raises: ProbeError when it cannot be had.
        """
        return self.function(model, self.default if convention is None else convention)

    @property
    def default(self) -> str:
        """The convention that a bare name means."""
        return next(iter(self.conventions))


@dataclass(frozen=True)
class CostColumn:
    """A probe under a convention: what `--probe macs@ntire2022` means."""

    probe: Probe
    convention: str

    @property
    def name(self) -> str:
        """The name as a user types it: macs@ntire2022, or latency_ms."""
        return f"{self.probe.name}@{self.convention}" if self.convention else self.probe.name

    def named(self, size: str) -> str:
        """Return the name with the size, as it stands in records: macs@ntire2022:3x256x256,
        latency_ms@3x256x256.
        """
        under = ":".join(
            part for part in (self.convention, size if self.probe.sized else "") if part
        )
        return f"{self.probe.name}@{under}" if under else self.probe.name

    @property
    def hash(self) -> str:
        """A hash of what the convention means."""
        meaning = json.dumps(
            [self.probe.name, self.convention, self.probe.conventions[self.convention]]
        )
        return hashlib.sha256(meaning.encode()).hexdigest()[:12]

    def __call__(self, model: ProbedModel) -> ProbeResult:
        """Measure the model.

        Raises: ProbeError when it cannot be had.
        """
        return self.probe(model, self.convention)


_registry: Registry[Probe] = Registry("probe", "iqabench.probes", "iqabench.probes")


def probes() -> Registry[Probe]:
    """Return all probes by name."""
    return _registry


def probe(
    *,
    title: str,
    unit: str,
    better: Better,
    source: str,
    conventions: Mapping[str, str] | None = None,
    sized: bool = True,
    timed: bool = False,
    version: int = 1,
) -> Callable[[Function], Function]:
    """Register the decorated function as the probe of its own name."""

    def register(function: Function) -> Function:
        name = function.__name__
        part = Probe(
            name,
            function,
            title,
            unit,
            better,
            source,
            conventions or {"": "one way"},
            sized,
            timed,
            version,
        )
        _registry.add(name, part, origin_of(function))
        return function

    return register


def cost_column(text: str) -> CostColumn:
    """Read a column such as `macs@ntire2022`, or a bare `macs` under its default convention.

    Raises: UsageError for other forms, UnknownNameError for unknown probes and conventions.
    """
    name, at, convention = text.partition("@")
    if not name or (at and not convention):
        raise UsageError(
            f"'{text}' does not name a probe; expected a name, or name@convention as in macs@fvcore."
        )
    part = probes().get(name)
    if not at:
        return CostColumn(part, part.default)
    if convention not in part.conventions:
        known = [c for c in part.conventions if c]
        raise UnknownNameError(
            f"convention of {name}",
            convention,
            known,
            f"Known: {', '.join(known)}."
            if known
            else f"{name} has one way of counting: write '{name}'.",
        )
    return CostColumn(part, convention)


def cost_columns(texts: Iterable[str]) -> list[CostColumn]:
    """Read several columns, each once, in the order given; one text may name several, separated by commas.

    Raises: UsageError and UnknownNameError, as `cost_column` does.
    """
    parts = (part.strip() for text in texts for part in text.split(","))
    columns = {column.name: column for part in parts if part for column in [cost_column(part)]}
    return list(columns.values())
