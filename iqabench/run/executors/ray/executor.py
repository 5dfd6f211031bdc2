"""The executor on a Ray cluster."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from iqabench.run.executors.job import Ledger
from iqabench.run.executors.placement import Placement
from iqabench.run.executors.ray.cluster import ray_cluster
from iqabench.run.executors.ray.crew import Crew
from iqabench.run.executors.ray.staff import Staff
from iqabench.run.executors.ray.sweep import ClusterSweep
from iqabench.run.progress import Watch


@contextmanager
def ray_executor(placement: Placement, device: str, watch: Watch) -> Iterator["RayExecutor"]:
    """Give an executor on a Ray cluster; its workers end with the block, as does a cluster started here.

    Raises: ExecutorError when there is no cluster, or no room on it.
    """
    with ray_cluster(placement, device, watch) as ray:
        crew = Crew(ray, placement, device)
        try:
            yield RayExecutor(crew, watch)
        finally:
            crew.end_all()


class RayExecutor:
    """The executor on a Ray cluster; its workers stay from one call to the next."""

    def __init__(self, crew: Crew, watch: Watch) -> None:
        self.device = crew.device
        self._watch = watch
        self._staff = Staff(crew, watch, crew.start, crew.size)
        self._scorers = Staff(crew, watch, crew.start_scorer, crew.score_size)

    def run(self, ledgers: Sequence[Ledger]) -> None:
        """Do the jobs of all ledgers; see `executors.job`."""
        if ledgers:
            ClusterSweep(self._staff, self._scorers, self._watch, ledgers).run()
