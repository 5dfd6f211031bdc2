"""How cost is measured, and what that came to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from iqabench.models.core.mode import PLAIN, Mode
from iqabench.models.core.model import Precision
from iqabench.probes.timing import Sampling
from iqabench.run.outcome import Failure
from iqabench.run.profile.records import MeasuredCost

DEFAULT_PROBES = ("params", "macs", "activations", "conv_layers", "latency_ms", "memory_mib")


@dataclass(frozen=True, kw_only=True)
class ProfileOptions:
    """How cost is measured; all of it stands in the records."""

    device: str = "auto"
    precision: Precision = "fp32"
    mode: Mode = PLAIN
    threads: int | None = None
    """Of torch on the CPU; as many as it has otherwise."""
    sampling: Sampling = field(default_factory=Sampling)
    wait: bool = False
    """Whether to wait while another process measures on the device."""
    allow_random_weights: bool = False
    scale: int | None = None
    """Of models that have several; x4 otherwise."""
    again: bool = True
    """Whether to measure what has a record already."""


@dataclass
class Profile:
    """What a profile came to."""

    by_name: dict[str, list[str]] = field(default_factory=dict)
    """Keys of each model's costs, by the name that it was asked for."""
    failures: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    """Of a machine that was noisy or throttled, in plain words."""

    @property
    def keys(self) -> list[str]:
        """Keys of all costs."""
        return [key for keys in self.by_name.values() for key in keys]

    def keys_of(self, name: str) -> list[str]:
        """Keys of one model's costs, by the name that it was asked for."""
        return self.by_name.get(name, [])

    def join(self, other: "Profile") -> None:
        """Take in another profile."""
        for name, keys in other.by_name.items():
            self.by_name.setdefault(name, []).extend(keys)
        self.failures += other.failures
        self.warnings += [w for w in other.warnings if w not in self.warnings]

    def tell(self, measured: Sequence[MeasuredCost]) -> None:
        """Note what went wrong: each reason once for a model at a size."""
        told = dict.fromkeys((m.model.card.id, m.size.name, m.error) for m in measured if m.error)
        self.failures += [Failure(error, f"{model} at {size}") for model, size, error in told]
