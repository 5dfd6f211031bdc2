"""The choice of an executor by a placement."""

from collections.abc import Iterator
from contextlib import contextmanager

from iqabench.run.environment import resolve_device
from iqabench.run.executors.job import Executor
from iqabench.run.executors.local import LocalExecutor
from iqabench.run.executors.placement import LOCAL, Placement
from iqabench.run.executors.ray.executor import ray_executor
from iqabench.run.progress import UNWATCHED, Watch


@contextmanager
def executor_of(
    placement: Placement = LOCAL, device: str = "auto", watch: Watch = UNWATCHED
) -> Iterator[Executor]:
    """Give the executor that a placement asks for; its workers end with the block.

    Raises: UsageError for contradictory wishes; ExecutorError when there are no workers.
    """
    placement.check(device)
    if placement.executor == "local":
        yield LocalExecutor(resolve_device(device))
        return
    with ray_executor(placement, device, watch) as executor:
        yield executor
