"""The plan of a training: steps, batch size, learning rate, precision."""

import math
from dataclasses import dataclass

import numpy as np

from iqabench.errors import UsageError


@dataclass(frozen=True)
class Plan:
    """The numbers that, with the data and the network, decide the result of a training.

    Raises: UsageError for numbers that are out of range.
    """

    steps: int = 16000
    seed: int = 0
    save_every: int = 500
    """Steps from checkpoint to checkpoint; the only number that may change when a training continues."""
    batch: int = 16
    rate: float = 1e-3
    """Learning rate of Adam after `warm_up` steps; it falls to 0 along a cosine."""
    warm_up: int = 200
    coarse: float = 0.9
    """Share of the steps that runs in bfloat16, twice as fast; the last steps run in fp32."""

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "save_every"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} is {getattr(self, name)}; expected 1 or more.")
        if not (math.isfinite(self.rate) and self.rate > 0):
            raise UsageError(f"the rate is {self.rate}; expected a number above 0, as in 0.001.")
        if not 0 <= self.coarse <= 1:
            raise UsageError(f"the coarse part is {self.coarse}; expected 0 to 1.")

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step."""
        cosine = (1 + float(np.cos(np.pi * step / self.steps))) / 2
        return self.rate * cosine * min(1.0, (step + 1) / max(1, self.warm_up))

    def is_coarse(self, step: int) -> bool:
        """Return whether a step runs in bfloat16."""
        return step < self.coarse * self.steps
