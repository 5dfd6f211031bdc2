"""Samples decoded in threads while the model works."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from iqabench.errors import IqabenchError
from iqabench.protocol import Domain
from iqabench.samples import Sample
from iqabench.sets import SampleRef

T = TypeVar("T")

AHEAD = 2
"""Samples that are ready or being decoded beside the one in work: enough to hide decoding, few enough
that large images do not pile up."""


@dataclass(frozen=True)
class Loaded:
    """A sample, or the reason why it cannot be had."""

    name: str
    sample: Sample | None
    error: str


def prefetch(references: Iterable[SampleRef], domain: Domain) -> Iterator[Loaded]:
    """Load the samples in order, a few ahead; one that fails does not stop the others."""
    return ahead(partial(_load, reference, domain) for reference in references)


def ahead(jobs: Iterable[Callable[[], T]]) -> Iterator[T]:
    """The results of the jobs in order, the next few being worked on in threads meanwhile."""
    waiting: deque[Future[T]] = deque()
    pool = ThreadPoolExecutor(max_workers=AHEAD, thread_name_prefix="decode")
    try:
        for job in jobs:
            waiting.append(pool.submit(job))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _load(reference: SampleRef, domain: Domain) -> Loaded:
    try:
        return Loaded(reference.name, reference.load(domain), "")
    except IqabenchError as error:
        return Loaded(reference.name, None, str(error))
