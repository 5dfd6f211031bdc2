"""The options and the result of a profile."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.mode import PLAIN, Mode
from iqabench.models.core.model import Precision
from iqabench.probes.timing import Sampling
from iqabench.run.outcome import Failure
from iqabench.run.profile.records import CostMeasurement
from iqabench.tasks import Ratio

DEFAULT_PROBES = ("params", "macs", "activations", "conv_layers", "latency_ms", "memory_mib")


@dataclass(frozen=True, kw_only=True)
class ProfileOptions:
    """The conditions under which cost is measured; all of them stand in the records."""

    device: str = "auto"
    precision: Precision = "fp32"
    mode: Mode = PLAIN
    threads: Annotated[int, Field(ge=1)] | None = None
    """The number of torch's threads on the CPU; None keeps the present number."""
    sampling: Sampling = field(default_factory=Sampling)
    wait: bool = False
    """True to wait while another process measures on the device."""
    allow_random_weights: bool = False
    convention: CallingConvention = AS_FOUND
    """The convention by which models that the user brings are called."""
    scale: Ratio | None = None
    """The scale of models that have several; None means x4."""
    again: bool = True
    """True to measure again what has a record already."""


@dataclass
class Profile:
    """The result of a profile: keys of records, failures and warnings."""

    by_name: dict[str, list[str]] = field(default_factory=dict)
    """Keys of each model's costs, by the name that was asked for."""
    failures: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    """Sentences about a machine that was noisy or throttled."""
    notes: list[str] = field(default_factory=list)
    """The choices that were made in loading the models."""

    @property
    def keys(self) -> list[str]:
        """Keys of all costs."""
        return [key for keys in self.by_name.values() for key in keys]

    def keys_of(self, name: str) -> list[str]:
        """Return the keys of one model's costs, by the name that was asked for."""
        return self.by_name.get(name, [])

    def join(self, other: "Profile") -> None:
        """Add another profile to this one."""
        for name, keys in other.by_name.items():
            self.by_name.setdefault(name, []).extend(keys)
        self.failures += [f for f in other.failures if f not in self.failures]
        self.warnings += [w for w in other.warnings if w not in self.warnings]
        self.notes += [n for n in other.notes if n not in self.notes]

    def tell(self, measured: Sequence[CostMeasurement]) -> None:
        """Note failures: each reason once for a model at a size."""
        failures = dict.fromkeys(
            (m.model.card.id, m.size.name, m.error) for m in measured if m.error
        )
        self.failures += [Failure(error, f"{model} at {size}") for model, size, error in failures]
