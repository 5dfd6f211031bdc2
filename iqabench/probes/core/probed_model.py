"""The model that a probe measures, and the result that it returns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn

from iqabench.errors import ProbeError
from iqabench.probes.core.program_graph import ProgramGraph

T = TypeVar("T")


@dataclass(frozen=True)
class ProbeResult:
    """A measured value, and the details that explain it."""

    value: float
    details: dict[str, Any] = field(default_factory=dict)
    """Plain values for JSON: operators, interval, samples, what was left out and why."""


@dataclass
class ProbedModel:
    """One model, ready to run at one size on one device.

    `call(batch)` runs the network alone, in the arithmetic that was asked for; nothing but that is counted or
    timed. What several probes need is made once: `seen.shared("times", make)`.
    """

    name: str
    call: Callable[[Tensor], Tensor]
    batch: Tensor
    """(N, C, H, W), on `device`, a natural image in the network's own numeric range."""
    module: nn.Module | None = None
    """The network, where the model is one; none for commands and ONNX sessions."""
    scale: int = 1
    trainable: int | None = None
    """Parameters that the authors train; loading has frozen them all."""
    graph: ProgramGraph | None = None
    """The graph of a program that is no torch network, such as an ONNX file."""
    closed: str = ""
    """The reason why nothing inside can be seen, such as that another process does the work."""
    compiled: bool = False
    """True for a program whose modules were compiled: its operators are seen, and its modules are not."""
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    _shared: dict[str, Any] = field(default_factory=dict, repr=False)

    def require_open(self, what: str) -> None:
        """Check that something inside the model can be seen.

        Raises: ProbeError with the reason why it cannot.
        """
        if self.closed:
            raise ProbeError(f"{what} of {self.name} cannot be had: {self.closed}.")

    def shared(self, name: str, make: Callable[[], T]) -> T:
        """Return something that several probes need; it is made at the first call."""
        if name not in self._shared:
            self._shared[name] = make()
        return cast(T, self._shared[name])

    def keep(self, name: str, made: object) -> None:
        """Keep what was made elsewhere, such as times that were sampled of several models in turn."""
        self._shared[name] = made
