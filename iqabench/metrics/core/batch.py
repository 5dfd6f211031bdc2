"""The batch: many pairs of one shape on a device, as batched forms of metrics are given them."""

from collections.abc import Sequence
from typing import Self

import numpy as np

from iqabench.images import Pair
from iqabench.images.shared import Shared
from iqabench.metrics.core.lazy import torch


class Batch(Shared):
    """Pairs of one shape, all of them in one tensor; what metrics have in common is computed once.

    Planes that metrics share have shape (2, N, H, W): the outputs, then the targets.
    """

    def __init__(self, counts: "torch.Tensor", unit: float = 1.0, offset: float = 0.0) -> None:
        """Counts (2, N, C, H, W), of which value = unit * count + offset, as in `Pair`."""
        super().__init__()
        self.counts = counts
        self.unit = unit
        self.offset = offset

    @classmethod
    def of(cls, pairs: Sequence[Pair], device: "str | torch.device") -> Self:
        """Return the counts of pairs of one shape, unit and offset, on a device."""
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
    def device(self) -> "torch.device":
        """The device of the pairs."""
        return self.counts.device

    @property
    def outputs(self) -> "torch.Tensor":
        """The outputs (N, C, H, W) in 0..255, float."""
        return self.values[0]

    @property
    def targets(self) -> "torch.Tensor":
        """The targets (N, C, H, W) in 0..255, float."""
        return self.values[1]

    @property
    def is_8_bit(self) -> bool:
        """True when values are whole levels, of which sums are exact."""
        return self.counts.dtype == torch.uint8 and (self.unit, self.offset) == (1.0, 0.0)

    @property
    def values(self) -> "torch.Tensor":
        """Outputs and targets (2, N, C, H, W) in 0..255, of float64 if the counts are, else of float32."""
        return self.shared("values", lambda batch: batch._values())

    @property
    def same(self) -> "torch.Tensor":
        """True for each pair (N,) whose output and target are identical."""
        return self.shared("same", lambda b: (b.counts[0] == b.counts[1]).flatten(1).all(1))

    def exact_channel(self, channel: int) -> "torch.Tensor":
        """Return one channel (2, N, H, W) in 0..255 of float64, not rounded on the way; it is not kept."""
        return self._valued(self.counts[:, :, channel].double())

    def _values(self) -> "torch.Tensor":
        number = torch.float64 if self.counts.dtype == torch.float64 else torch.float32
        return self._valued(self.counts.to(number))

    def _valued(self, counts: "torch.Tensor") -> "torch.Tensor":
        plain = (self.unit, self.offset) == (1.0, 0.0)
        return counts if plain else counts * self.unit + self.offset
