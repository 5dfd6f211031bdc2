"""The choice of an executor by a placement."""

from collections.abc import Iterator
from contextlib import contextmanager

from iqabench.run.environment import resolve_device
from iqabench.run.executors.job import Executor
from iqabench.run.executors.local import LocalExecutor
from iqabench.run.executors.placement import LOCAL, Placement


@contextmanager
def executor_of(placement: Placement = LOCAL, device: str = "auto") -> Iterator[Executor]:
    """Give the executor that a placement asks for; its workers end with the block.

    Raises: UsageError for contradictory wishes.
    """
    placement.check(device)
    yield LocalExecutor(resolve_device(device))
