"""The prefetching of samples: threads decode the next ones while the model works."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from iqabench.errors import IqabenchError
from iqabench.samples import Sample
from iqabench.sets import SampleRef

T = TypeVar("T")

LoadSample = Callable[[SampleRef], Sample]
"""The function that loads a sample; it raises IqabenchError when that fails."""
QUEUE_LENGTH = 2
"""The number of samples that are decoded before they are needed: enough to hide the time of decoding, and
few enough that large images do not fill the memory."""


@dataclass(frozen=True)
class LoadedSample:
    """A sample, or the reason why it cannot be loaded."""

    name: str
    sample: Sample | None
    error: str


def prefetch(
    references: Iterable[SampleRef], load: LoadSample, *, in_threads: bool = True
) -> Iterator[LoadedSample]:
    """Yield the samples in order; a sample that fails does not stop the others.

    They are loaded in threads, or with `in_threads` False when they are asked for.
    """
    jobs = (partial(_load, reference, load) for reference in references)
    return run_in_threads(jobs) if in_threads else (job() for job in jobs)


def run_in_threads(jobs: Iterable[Callable[[], T]]) -> Iterator[T]:
    """Yield the results of the jobs in order; threads run the next few jobs meanwhile."""
    waiting: deque[Future[T]] = deque()
    pool = ThreadPoolExecutor(max_workers=QUEUE_LENGTH, thread_name_prefix="decode")
    try:
        for job in jobs:
            waiting.append(pool.submit(job))
            if len(waiting) > QUEUE_LENGTH:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _load(reference: SampleRef, load: LoadSample) -> LoadedSample:
    try:
        return LoadedSample(reference.name, load(reference), "")
    except IqabenchError as error:
        return LoadedSample(reference.name, None, str(error))
