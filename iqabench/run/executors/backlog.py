"""The work that waits, and the choice of a job for a worker.

The lists are sorted once, by the expected work, so that a choice looks at a few models even when hundreds
wait.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from iqabench.run.executors.job_state import MOST_LOSSES, ExpectedJob, JobState


@dataclass(frozen=True)
class SchedulePolicy:
    """The choices of the scheduler; the simulation turns them off one by one."""

    splits: bool = True
    """True when several workers may share one job."""
    has_affinity: bool = True
    """True when work goes to the worker that has the model."""
    most_items: int = 16
    """The largest number of items that a worker is given at once."""
    chunk_s: float = 5.0
    """The longest time of the items that a worker is given at once, in seconds, when it is known."""


class Backlog:
    """The unfinished jobs by model, and the workers that have each model."""

    def __init__(self, jobs: Iterable[ExpectedJob], policy: SchedulePolicy) -> None:
        self.policy = policy
        longest_first = sorted(map(JobState, jobs), key=lambda job: -job.backlog)
        self.jobs = {job.expected.name: job for job in longest_first}
        """All jobs, those with the most expected work first."""
        self._unfinished = dict(self.jobs)
        models: dict[str, list[JobState]] = {}
        for job in longest_first:
            models.setdefault(job.expected.model, []).append(job)
        self._models = dict(
            sorted(models.items(), key=lambda item: -sum(job.backlog for job in item[1]))
        )
        """The unfinished jobs of each model, the model with the most expected work first."""
        self._users: dict[str, set[str]] = {model: set() for model in models}
        self.load_s = {name: jobs[0].expected.load_s for name, jobs in models.items()}
        """The time to load each model in seconds, where it is known."""
        self.workers: set[str] = set()

    @property
    def is_empty(self) -> bool:
        """True when every job is finished."""
        return not self._unfinished

    @property
    def unfinished(self) -> tuple[JobState, ...]:
        """The jobs with items that wait or are in flight."""
        return tuple(self._unfinished.values())

    def use(self, worker: str, old: str | None, new: str | None) -> None:
        """Note that the worker drops the old model and loads the new one."""
        if old is not None:
            self._users[old].discard(worker)
        if new is not None:
            self._users[new].add(worker)

    def settle(self, job: JobState) -> None:
        """Take the job from the unfinished ones when it is finished."""
        model = job.expected.model
        if job.is_finished and job.expected.name in self._unfinished:
            del self._unfinished[job.expected.name]
            self._models[model].remove(job)
            if not self._models[model]:
                del self._models[model]

    def chunk(self, job: JobState) -> int:
        """Return the number of items to hand out: fewer towards the end, so that all finish together."""
        shares = 2 * max(len(self.workers), 1)
        most = min(self.policy.most_items, -(-job.waiting // max(len(job.holders), 1)))
        if job.item_s:
            most = min(most, int(self.policy.chunk_s / job.item_s))
        return max(min(most, self._waiting(most * shares) // shares), 1)

    def choose(self, worker: str, model: str | None) -> JobState | None:
        """Return the job that the worker should open: of its own model, of a free one, or to help."""
        if self.policy.has_affinity:
            own = self._models.get(model or "", [])
            free = (jobs for name, jobs in self._models.items() if not self._users[name])
            candidates = chain(own, chain.from_iterable(free))
        else:
            candidates = chain(self._unfinished.values())
        return self._first(worker, candidates) or self._help(worker, model)

    def _waiting(self, enough: int) -> int:
        """Return the number of items that wait, or a number from `enough` upwards."""
        total = 0
        for job in self._unfinished.values():
            total += job.waiting
            if total >= enough:
                break
        return total

    def _first(self, worker: str, jobs: Iterable[JobState]) -> JobState | None:
        """Return the longest job that no worker holds."""
        for job in jobs:
            if not job.holders and job.waiting and self._may_open(worker, job):
                return job
        return None

    def _help(self, worker: str, model: str | None) -> JobState | None:
        """Return a job of the model where most is left for each worker, if that takes longer than loading."""
        best: tuple[float, JobState] | None = None
        for name, jobs in self._models.items():
            backlog = sum(job.backlog for job in jobs) / max(len(self._users[name]), 1)
            if best is not None and backlog <= best[0]:
                continue
            job = self._first(worker, jobs) or self._shared(worker, jobs)
            if job and (name == model or self._is_worth_loading(job, name, backlog)):
                best = backlog, job
        return best[1] if best else None

    def _shared(self, worker: str, jobs: Iterable[JobState]) -> JobState | None:
        """Return the open job with the most work for each holder, when jobs may be shared."""
        if not self.policy.splits:
            return None
        shared = (
            job for job in jobs if job.is_known and job.waiting and self._may_open(worker, job)
        )
        return max(shared, key=lambda job: job.backlog / max(len(job.holders), 1), default=None)

    def _is_worth_loading(self, job: JobState, model: str, backlog: float) -> bool:
        """Return whether a new worker on this model would finish before those that have it."""
        if not job.holders and not any(self._may_open(user, job) for user in self._users[model]):
            return True  # nobody else would do it
        load_s = self.load_s[model]
        return load_s is None or job.item_s is None or backlog > load_s

    def _may_open(self, worker: str, job: JobState) -> bool:
        if worker in job.holders:
            return False
        if job.holders and job.failed_openings >= MOST_LOSSES:
            return False  # those that have it open finish it
        return worker not in job.refusers or (not job.holders and self.workers <= job.refusers)
