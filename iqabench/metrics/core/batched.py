"""Batched forms: a second form of a metric, of many pairs at a time, on any device with double precision.

    @batched_form(of=mae)
    def batched_mae(batch: Batch) -> "torch.Tensor":
        ...

It stands in the metric's own file, in a plugin as well as here, and gives what the metric gives for each
pair. A metric without one is computed pair by pair.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import Metric

BatchedForm = Callable[[Batch], "torch.Tensor"]
"""A function that gives the values (N,) of float64 of a batch of N pairs."""

_forms: dict[Callable[..., object], BatchedForm] = {}
"""The batched forms by the functions that they belong to."""


def batched_form(of: Callable[[Pair], float]) -> Callable[[BatchedForm], BatchedForm]:
    """Register the decorated function as the batched form of a full-reference metric's function."""

    def register(form: BatchedForm) -> BatchedForm:
        _forms[of] = form
        return form

    return register


def has_batched_form(metric: Metric) -> bool:
    """Return whether the metric has a batched form."""
    return metric.function in _forms


def batched_values(metric: Metric, batch: Batch) -> "torch.Tensor":
    """Return the values (N,) of float64 of the batch's pairs, without TF32 and gradients.

    A pair of identical images has exactly the metric's `identical`. The metric must have a batched form.
    """
    identical = metric.identical
    assert identical is not None, "a full-reference metric says its value for identical images"
    with torch.no_grad(), _full_precision(batch.device):
        values = _forms[metric.function](batch)
        return torch.where(batch.same, identical, values.double())


@contextmanager
def _full_precision(device: "torch.device") -> Iterator[None]:
    """Compute products and convolutions in all digits of float32, whatever torch's own switches say."""
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
