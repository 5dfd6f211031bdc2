"""The overlap of restoring and scoring: threads score images while the model restores the next ones.

Scoring gets the processors that the network leaves: all of them beside a GPU, those beyond torch's threads on
a CPU. A network that uses every processor is not disturbed: an image is scored before the next is restored,
because at every layer a network of two threads on two processors waits for the slower of them.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import torch

from iqabench.metrics import Column
from iqabench.models.core.model import Model

T = TypeVar("T")
R = TypeVar("R")

MOST_THREADS = 4
"""The most images that are scored at a time: each keeps its target and its output in memory."""


def scoring_threads(model: Model, columns: Iterable[Column]) -> int:
    """Return the number of threads that score images while the model restores; 0 for none.

    Columns whose protocol runs a model are computed where the model runs, one after the other.
    """
    columns = list(columns)
    if any(column.protocol.reference in ("model", "restored") for column in columns):
        return 0
    cores = usable_cores()
    left = cores if model.device.type == "cuda" else cores - torch.get_num_threads()
    most = 1 if any(column.metric.network for column in columns) else MOST_THREADS
    least = 1 if model.device.type == "cuda" else 0
    return max(least, min(left, most))


_shares: list[int] = []
"""The share of this process, where it is one of several workers on its machine."""


def keep_to_cores(count: int) -> None:
    """Use at most this number of processors in this process, because others work beside it."""
    _shares[:] = [count]


def usable_cores() -> int:
    """Return the number of processors that this process may use."""
    if _shares:
        return _shares[0]
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_beside(work: Callable[[T], R], items: Iterable[T], threads: int) -> Iterator[R]:
    """Yield the results of the work in order; threads do it while this one makes the next items.

    With 0 threads the work on an item is done before the next one is made. When the making of an item is
    interrupted, the results of the items before it still come first.
    """
    if not threads:
        yield from map(work, items)
        return
    waiting: deque[Future[R]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="score")
    iterator, ending = iter(items), None
    try:
        while ending is None:
            try:
                waiting.append(pool.submit(work, next(iterator)))
            except BaseException as error:  # noqa: BLE001 - it is raised below
                ending = error
            while waiting and (ending or len(waiting) > threads):
                yield waiting.popleft().result()
        if not isinstance(ending, StopIteration):
            raise ending
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
