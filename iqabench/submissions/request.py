"""The request to the process that measures one submission."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from iqabench.probes.timing import Sampling


@dataclass(frozen=True)
class Counterpart:
    """The baseline that submissions are timed in turn with: a submission of their checkout, or a registered
    model.
    """

    name: str
    """The board's name for it."""
    model_id: int | None = None
    """Its number in the checkout, if it is a submission."""
    model: str = ""
    """Its id here, if it is a registered model."""
    scale: int | None = None
    """The scale of the registered model."""


@dataclass(frozen=True)
class SubmissionRequest:
    """One submission, and how it is measured."""

    model_id: int
    columns: list[str]
    """The columns to measure, as `cost_column` reads them."""
    shape: list[int]
    """The shape of the input, (N, C, H, W)."""
    stand_ins: list[str] = field(default_factory=list)
    """Folders with modules that replace what is not installed."""
    to: Counterpart | None = None
    """The counterpart; None when times are sampled on their own."""
    sampling: Sampling = field(default_factory=Sampling)

    def write(self, path: Path) -> None:
        """Write the request to a file."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "SubmissionRequest":
        """Read a request from a file."""
        fields = json.loads(path.read_text())
        to = Counterpart(**fields["to"]) if fields["to"] else None
        return cls(**{**fields, "to": to, "sampling": Sampling(**fields["sampling"])})
