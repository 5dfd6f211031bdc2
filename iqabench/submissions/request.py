"""What is asked of the process that measures one submission."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from iqabench.probes.timing import Sampling


@dataclass(frozen=True)
class Counterpart:
    """What submissions are timed in turn with: one of their checkout, or a model that is registered here."""

    name: str
    """As the board calls it."""
    model_id: int | None = None
    """Its number in the checkout;"""
    model: str = ""
    """else its id here,"""
    scale: int | None = None
    """at this scale."""


@dataclass(frozen=True)
class SubmissionRequest:
    """One submission, and how it is measured."""

    model_id: int
    columns: list[str]
    """As `cost_column` reads them."""
    shape: list[int]
    """(N, C, H, W) of the input."""
    stand_ins: list[str] = field(default_factory=list)
    """Folders with modules for what is not installed."""
    to: Counterpart | None = None
    """Without one it is timed alone."""
    sampling: Sampling = field(default_factory=Sampling)

    def write(self, path: Path) -> None:
        """Hand it over."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "SubmissionRequest":
        """Take it."""
        said = json.loads(path.read_text())
        to = Counterpart(**said["to"]) if said["to"] else None
        return cls(**{**said, "to": to, "sampling": Sampling(**said["sampling"])})
