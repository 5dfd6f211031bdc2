"""Full-reference metrics of many pairs at a time, on any device that has double precision.

    scores = batch_scores(["psnr", "ssim"], pairs, "cuda")

Every metric mirrors the one of its name in the folder above, constants and borders included, which it takes
from there; nothing is decided here but the order of work. Pairs of one shape go together, as many as fit
into a budget of megapixels; values come back to the host once, at the end.
"""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor

from iqabench.errors import UsageError
from iqabench.images import Pair
from iqabench.metrics.batched.batch import Batch, Function
from iqabench.metrics.batched.deviation import gmsd, mdsi
from iqabench.metrics.batched.errors import mae, psnr, rmse
from iqabench.metrics.batched.fidelity import vifp
from iqabench.metrics.batched.haar import haarpsi
from iqabench.metrics.batched.information import iw_ssim
from iqabench.metrics.batched.phase import fsim, fsimc
from iqabench.metrics.batched.saliency import vsi
from iqabench.metrics.batched.similarity import ms_ssim, ssim
from iqabench.metrics.batched.spectral import sr_sim, sr_simc
from iqabench.metrics.batched.subbands import dss

__all__ = ["Batch", "batch_scores", "batched", "names"]

_BUDGET = 16e6
"""Pixels of the pairs that are worked on at a time; an estimated 1 KB of memory for each is enough."""

_FUNCTIONS: dict[str, Function] = {
    "dss": dss,
    "fsim": fsim,
    "fsimc": fsimc,
    "gmsd": gmsd,
    "haarpsi": haarpsi,
    "iw_ssim": iw_ssim,
    "mae": mae,
    "mdsi": mdsi,
    "ms_ssim": ms_ssim,
    "psnr": psnr,
    "rmse": rmse,
    "sr_sim": sr_sim,
    "sr_simc": sr_simc,
    "ssim": ssim,
    "vifp": vifp,
    "vsi": vsi,
}


def names() -> list[str]:
    """Metrics that have a batched form."""
    return sorted(_FUNCTIONS)


def batched(name: str) -> Callable[[Batch], Tensor] | None:
    """The batched form of a metric, from a batch of N pairs to (N,) of float64; None if it has none."""
    return _FUNCTIONS.get(name)


def batch_scores(names: Sequence[str], pairs: Sequence[Pair], device: str) -> list[list[float]]:
    """The values of the metrics, in the order of `names`, of each pair.

    Pairs may have several shapes; none may be smaller than the metrics' `min_size`.

    Raises: UsageError for a metric without a batched form; torch.OutOfMemoryError when one pair alone is
        too much for the device.
    """
    functions = [_function(name) for name in names]
    if not functions:
        return [[] for _ in pairs]
    parts = [part for some in _alike(pairs) for part in _values(functions, pairs, some, device)]
    values: dict[int, list[float]] = {}
    for places, found in parts:  # only now the host waits for the device
        values.update(zip(places, found.tolist(), strict=True))
    return [values[place] for place in range(len(pairs))]


def _function(name: str) -> Function:
    function = batched(name)
    if function is None:
        raise UsageError(f"{name} has no batched form; expected one of {', '.join(_FUNCTIONS)}.")
    return function


def _alike(pairs: Sequence[Pair]) -> Iterable[list[int]]:
    """The places of pairs that fit into one tensor, and of those as many as the budget allows."""
    groups: dict[object, list[int]] = {}
    for at, pair in enumerate(pairs):
        kinds = tuple(image.dtype for image in pair.counts)
        groups.setdefault((pair.shape, kinds, pair.unit, pair.offset), []).append(at)
    for places in groups.values():
        height, width, _ = pairs[places[0]].shape
        step = max(1, int(_BUDGET / (height * width)))
        for start in range(0, len(places), step):
            yield places[start : start + step]


def _of_batch(functions: Sequence[Function], pairs: Sequence[Pair], device: str) -> Tensor:
    """(pairs, functions); what they shared is gone when this ends, in an error too."""
    batch = Batch.of(pairs, device)
    return torch.stack([function(batch) for function in functions], 1)


def _values(
    functions: Sequence[Function], pairs: Sequence[Pair], places: list[int], device: str
) -> list[tuple[list[int], Tensor]]:
    """Places and values (pairs, functions) of some pairs; with less at a time where memory ends."""
    try:
        return [(places, _of_batch(functions, [pairs[place] for place in places], device))]
    except torch.OutOfMemoryError:
        if len(places) == 1:
            raise
    half = len(places) // 2
    parts = places[:half], places[half:]
    return [value for part in parts for value in _values(functions, pairs, part, device)]
