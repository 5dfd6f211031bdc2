"""The worker: a process that keeps a model loaded and does the items that it is given. No Ray here."""

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import torch

from iqabench import __version__
from iqabench.errors import ExecutorError, IqabenchError
from iqabench.files.disk import last_trouble
from iqabench.files.supplier import Supplier, supply_by
from iqabench.run.executors.job import (
    Job,
    JobItem,
    Refusal,
    RestoredScorer,
    Session,
    TwoStageSession,
)
from iqabench.run.model_cache import ModelCache
from iqabench.run.overlap import keep_to_cores
from iqabench.trust import trusting


@dataclass(frozen=True)
class WorkerFacts:
    """The facts of a worker, by which the driver takes or refuses it."""

    node: str
    """The name of its machine."""
    process: int
    iqabench: str
    python: str
    torch: str
    gpus: int
    """The number of GPUs that it sees."""
    node_id: str = ""
    """The id of its node in the cluster."""

    @classmethod
    def here(cls, node_id: str = "") -> "WorkerFacts":
        """Return the facts of this process, which belongs to the node with this id."""
        return cls(
            platform.node(),
            os.getpid(),
            __version__,
            platform.python_version(),
            torch.__version__,
            torch.cuda.device_count(),
            node_id,
        )

    def differences(self, other: "WorkerFacts") -> list[str]:
        """Return the versions in which this worker differs from another process, in words."""
        return [
            f"{name} {getattr(self, name)} instead of {getattr(other, name)}"
            for name in ("iqabench", "python", "torch")
            if getattr(self, name) != getattr(other, name)
        ]


class Worker:
    """A worker with at most one open job and one loaded model."""

    def __init__(
        self, threads: int, supplier: Supplier | None = None, node_id: Callable[[], str] = str
    ) -> None:
        torch.set_num_threads(threads)
        keep_to_cores(threads)
        cv2.setNumThreads(threads)
        supply_by(supplier)
        self._start = Path.cwd()
        self._models = ModelCache()
        self._number = -1
        self._session: Session | None = None
        self._trusts = False
        self._node_id = node_id

    def facts(self) -> WorkerFacts:
        """Return the versions and the place of this worker."""
        return WorkerFacts.here(self._node_id())

    def open(self, number: int, job: Job) -> Any:
        """Open a job, and return the opening of its session, or a Refusal."""
        os.chdir(self._start)
        self._session, self._trusts = None, job.trusts
        try:
            with trusting(job.trusts):
                session = job.open(self._models)
                opening = session.opening
        except IqabenchError as error:
            return Refusal.of(error)
        self._number, self._session = number, session
        return opening

    def run(self, number: int, items: Sequence[JobItem]) -> Iterator[Any]:
        """Yield the results of items of the open job.

        Raises: ExecutorError when this machine cannot take the files of the items.
        """
        session = self._require_session(number)
        with trusting(self._trusts):
            # Ray sends values into generators, which what a session returns need not take: no `yield from`.
            for result in session.run(items):
                require_room()
                yield result

    def restore(self, number: int, items: Sequence[JobItem]) -> Iterator[Any]:
        """Yield what the open job restores of items, for another worker to finish."""
        session = self._require_session(number)
        assert isinstance(session, TwoStageSession)
        with trusting(self._trusts):
            for restored in session.restore(items):
                require_room()
                yield restored

    def finish(self, scorer: RestoredScorer, item: JobItem, restored: Any) -> Any:
        """Return the result of an item that another worker has restored."""
        return scorer.finish(item, restored)

    def _require_session(self, number: int) -> Session:
        if self._session is None or self._number != number:
            raise RuntimeError(f"job {number} is not open on this worker")
        return self._session


def require_room() -> None:
    """Check that this machine could take all files so far.

    Raises: ExecutorError when it could not: the fault is the machine's, and no image's.
    """
    if trouble := last_trouble():
        raise ExecutorError(trouble)
