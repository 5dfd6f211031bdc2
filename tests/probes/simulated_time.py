"""Time that stands still until a call lets it pass, and calls that take as long as they are told."""

from collections.abc import Iterable, Iterator
from itertools import repeat

import torch
from torch import Tensor

from iqabench.probes.timing import Contender

BATCH = torch.zeros(1, 3, 8, 8)


class SimulatedTime:
    """Stands in for the clock; `calls` is who was called, in order."""

    def __init__(self) -> None:
        self.ns = 0
        self.calls: list[str] = []

    def pass_ms(self, ms: float) -> None:
        self.ns += round(ms * 1e6)

    def contender(self, name: str, ms: Iterable[float] | float) -> Contender:
        """Return a contender whose calls take these milliseconds in order; a single number stands for all."""
        left: Iterator[float] = repeat(ms) if isinstance(ms, float) else iter(ms)

        def call(batch: Tensor) -> Tensor:
            self.calls.append(name)
            self.pass_ms(next(left))
            return batch

        return Contender(name, call, BATCH)
