"""Values of many pairs by the batched forms of metrics.

    values = batch_scores([metrics().get("psnr"), metrics().get("ssim")], pairs, "cuda")

Pairs of one shape go together, as many as fit into a budget of megapixels; values come back to the host once,
at the end. Where something is raised, the work is divided until the metric and the pair are known that raise
it: that value is an error, and all others are kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from iqabench.errors import IqabenchError, UsageError
from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_values, has_batched_form
from iqabench.metrics.core.calls import failure
from iqabench.metrics.core.metric import Metric

BUDGET = 16e6
"""Pixels of the pairs that are worked on at a time; an estimated 1 KB of memory for each is enough."""

Value = float | IqabenchError


@dataclass(frozen=True)
class PartialScores:
    """The values of some metrics for some pairs, both by their places."""

    metrics: list[int]
    pairs: list[int]
    values: Tensor | IqabenchError
    """The values (pairs, metrics), or the error of the only metric for the only pair."""


def batch_scores(
    metrics: Sequence[Metric], pairs: Sequence[Pair], device: str
) -> list[list[Value]]:
    """Return for each pair the values of the metrics, in their order, or the errors in their places.

    Pairs may have several shapes; none may be smaller than the metrics' `min_size`.

    Raises: UsageError for a metric without a batched form.
    """
    for metric in metrics:
        if not has_batched_form(metric):
            raise UsageError(f"{metric.name} has no batched form; compute it pair by pair.")
    work = BatchWork(metrics, pairs, device)
    places = list(range(len(metrics)))
    parts = [part for some in _alike(pairs) for part in work.parts(places, some)] if places else []
    table: list[dict[int, Value]] = [{} for _ in pairs]
    for part in parts:  # only now the host waits for the device
        if isinstance(part.values, IqabenchError):
            table[part.pairs[0]][part.metrics[0]] = part.values
            continue
        for pair, row in zip(part.pairs, part.values.tolist(), strict=True):
            table[pair].update(zip(part.metrics, row, strict=True))
    return [[row[place] for place in places] for row in table]


def _alike(pairs: Sequence[Pair]) -> Iterable[list[int]]:
    """Yield the places of pairs that fit into one tensor, as many at a time as the budget allows."""
    groups: dict[object, list[int]] = {}
    for at, pair in enumerate(pairs):
        kinds = tuple(image.dtype for image in pair.counts)
        groups.setdefault((pair.shape, kinds, pair.unit, pair.offset), []).append(at)
    for places in groups.values():
        height, width, _ = pairs[places[0]].shape
        step = max(1, int(BUDGET / (height * width)))
        for start in range(0, len(places), step):
            yield places[start : start + step]


@dataclass(frozen=True)
class BatchWork:
    """The metrics and pairs of one call."""

    metrics: Sequence[Metric]
    pairs: Sequence[Pair]
    device: str

    def parts(self, metrics: list[int], pairs: list[int]) -> list[PartialScores]:
        """Return the values of some metrics for some pairs, in smaller parts where something is raised."""
        try:
            return [PartialScores(metrics, pairs, self._values(metrics, pairs))]
        except Exception as error:  # noqa: BLE001 - whatever a metric raises is its value's error
            if len(metrics) == len(pairs) == 1:
                reason = failure(self.metrics[metrics[0]].name, error)
                return [PartialScores(metrics, pairs, reason)]
            by_pairs = isinstance(error, (torch.OutOfMemoryError, MemoryError))
        if len(pairs) > 1 and (by_pairs or len(metrics) == 1):
            half = len(pairs) // 2
            return self.parts(metrics, pairs[:half]) + self.parts(metrics, pairs[half:])
        return [part for metric in metrics for part in self.parts([metric], pairs)]

    def _values(self, metrics: list[int], pairs: list[int]) -> Tensor:
        """Return (pairs, metrics); what they shared is gone when this ends, in an error too."""
        batch = Batch.of([self.pairs[place] for place in pairs], self.device)
        return torch.stack([batched_values(self.metrics[m], batch) for m in metrics], 1)
