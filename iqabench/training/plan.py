"""How long and how fast to learn."""

import math
from dataclasses import dataclass

import numpy as np

from iqabench.errors import UsageError


@dataclass(frozen=True)
class Plan:
    """What a training does at every step; with the data and the network, all that decides its end.

    Raises: UsageError for numbers that no training could follow.
    """

    steps: int = 16000
    seed: int = 0
    save_every: int = 500
    """Steps from checkpoint to checkpoint; alone of all these it may change when a training goes on."""
    batch: int = 16
    rate: float = 1e-3
    """Of Adam, after `warm_up` steps; falls to 0 along a cosine."""
    warm_up: int = 200
    coarse: float = 0.9
    """The part of the steps that runs in bfloat16, twice as fast; the last ones are exact."""

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "save_every"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} is {getattr(self, name)}; expected 1 or more.")
        if not (math.isfinite(self.rate) and self.rate > 0):
            raise UsageError(f"the rate is {self.rate}; expected a number above 0, as in 0.001.")
        if not 0 <= self.coarse <= 1:
            raise UsageError(f"the coarse part is {self.coarse}; expected 0 to 1.")

    def rate_at(self, step: int) -> float:
        """The learning rate of a step."""
        cosine = (1 + float(np.cos(np.pi * step / self.steps))) / 2
        return self.rate * cosine * min(1.0, (step + 1) / max(1, self.warm_up))

    def is_coarse(self, step: int) -> bool:
        """Whether a step runs in bfloat16."""
        return step < self.coarse * self.steps
