"""What batched metrics are given: many pairs of one shape, on a device, and what they share."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Self

import numpy as np
import torch
from torch import Tensor

from iqabench.images import Pair
from iqabench.images.shared import Shared

Function = Callable[["Batch"], Tensor]
"""From a batch of N pairs to their values, (N,) of float64."""


class Batch(Shared):
    """Pairs of one shape, all of them in one tensor; what metrics have in common is computed once.

    Planes that metrics share have shape (2, N, H, W): the outputs, then the targets.
    """

    def __init__(self, counts: Tensor, unit: float = 1.0, offset: float = 0.0) -> None:
        """Counts (2, N, C, H, W), of which value = unit * count + offset, as in `Pair`."""
        super().__init__()
        self.counts = counts
        self.unit = unit
        self.offset = offset

    @classmethod
    def of(cls, pairs: Sequence[Pair], device: str | torch.device) -> Self:
        """The counts of pairs of one shape, unit and offset, brought to a device."""
        first, device = pairs[0], torch.device(device)
        number = np.result_type(*(image.dtype for pair in pairs for image in pair.counts))
        dtype = torch.from_numpy(np.empty(0, number)).dtype
        pinned = device.type == "cuda"
        counts = torch.empty((2, len(pairs), *first.shape), dtype=dtype, pin_memory=pinned)
        buffer = counts.numpy()
        for at, pair in enumerate(pairs):
            buffer[0, at], buffer[1, at] = pair.counts
        counts = counts.to(device, non_blocking=True).permute(0, 1, 4, 2, 3).contiguous()
        return cls(counts, first.unit, first.offset)

    @property
    def device(self) -> torch.device:
        """Where the pairs are."""
        return self.counts.device

    @property
    def outputs(self) -> Tensor:
        """(N, C, H, W) in 0..255, float."""
        return self.values[0]

    @property
    def targets(self) -> Tensor:
        """(N, C, H, W) in 0..255, float."""
        return self.values[1]

    @property
    def is_8_bit(self) -> bool:
        """Whether values are whole levels, of which exact sums can be had."""
        return self.counts.dtype == torch.uint8 and (self.unit, self.offset) == (1.0, 0.0)

    @property
    def values(self) -> Tensor:
        """(2, N, C, H, W) in 0..255, of float64 if the counts are, else of float32 as in `Pair`."""
        return self.shared("values", lambda batch: batch._values())

    @property
    def same(self) -> Tensor:
        """(N,): whether output and target are identical."""
        return self.shared("same", lambda b: (b.counts[0] == b.counts[1]).flatten(1).all(1))

    def exact_channel(self, channel: int) -> Tensor:
        """(2, N, H, W) in 0..255 of float64, not rounded on the way; not kept."""
        return self._valued(self.counts[:, :, channel].double())

    def _values(self) -> Tensor:
        number = torch.float64 if self.counts.dtype == torch.float64 else torch.float32
        return self._valued(self.counts.to(number))

    def _valued(self, counts: Tensor) -> Tensor:
        plain = (self.unit, self.offset) == (1.0, 0.0)
        return counts if plain else counts * self.unit + self.offset


def batched_metric(identical: float) -> Callable[[Function], Function]:
    """A function of a `Batch` that gives identical pairs exactly this, without TF32 or gradients."""

    def decorate(function: Function) -> Function:
        @wraps(function)
        def of(batch: Batch) -> Tensor:
            with torch.no_grad(), _single_precision(batch.device):
                return torch.where(batch.same, identical, function(batch))

        return of

    return decorate


@contextmanager
def _single_precision(device: torch.device) -> Iterator[None]:
    """Products and convolutions in all digits of float32, whatever torch's own switches say."""
    if device.type != "cuda":
        yield
        return
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = False
    try:
        with torch.backends.cudnn.flags(enabled=True, benchmark=False, allow_tf32=False):
            yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before
