"""The scheduler: which worker does what next. It knows no model, no clock, no network and no engine.

An executor tells the scheduler what happened, and asks it what a worker should do:

    scheduler = Scheduler([ExpectedJob("rlfn on set5", model="rlfn", items=5)])
    scheduler.joined("worker 1")
    while not scheduler.is_finished:
        task = scheduler.next_for("worker 1")      # Assignment("rlfn on set5", items=()): open the job
        scheduler.opened("worker 1", ["baby", "bird"])
        task = scheduler.next_for("worker 1")      # Assignment("rlfn on set5", items=("baby",))
        if scheduler.finished("worker 1", "baby"):
            keep(result)

An answer of None says that there is nothing for this worker now: ask again after the next event. An
assignment without items asks to open the job (load the model), one with items to run them; the job is open on
that worker by then. A worker is free again when each of its items is finished or failed.

When something goes wrong:

    scheduler.refused("worker 1", reason)          # the job could not be opened on this worker
    scheduler.failed("worker 1", "baby", reason)   # the item cannot be done; it is not tried again
    scheduler.lost("worker 1", reason, ["baby"])   # the worker died at these items; None if unknown
    scheduler.retired("worker 2", reason)          # the worker is unfit for work
    if not scheduler.workers:                      # and no other one will join
        scheduler.abandon(reason)

Each of these returns the items that are given up by it, as FailedItem: one for each item that nobody will
try again. `finished` returns False for a result that came too late, from a worker that was lost before: its
item was handed to another one, so that the result is dropped.

The policy: a worker stays with its job, then with its model. Else it takes the model that has most to do of
those that no worker has. When none is left it helps where most is left for each worker, if that takes longer
than loading (`backlog.py`). An item whose worker was lost is tried once more, alone, so that a second loss is
its own. Answers depend on the order of events and on nothing else.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from iqabench.run.executors.backlog import Backlog, SchedulePolicy
from iqabench.run.executors.job_state import (
    MOST_LOSSES,
    NODE_LOSS,
    ExpectedJob,
    FailedItem,
    JobState,
)

__all__ = ["Assignment", "ExpectedJob", "FailedItem", "SchedulePolicy", "Scheduler"]


@dataclass(frozen=True)
class Assignment:
    """The next task of a worker: items of a job, or none, which asks to open the job."""

    job: str
    items: tuple[str, ...] = ()


@dataclass
class _WorkerState:
    model: str | None = None
    job: JobState | None = None
    is_opening: bool = False
    is_loading: bool = False
    """True when opening the job loads its model, too."""
    items: dict[str, None] = field(default_factory=dict)
    """The items that the worker was given and that are not finished, in their order."""
    idle_since: int = -1
    """The number of changes of the backlog when nothing was found for the worker."""


class Scheduler:
    """The jobs, the workers, and the decision about who does what next."""

    def __init__(self, jobs: Iterable[ExpectedJob], policy: SchedulePolicy | None = None) -> None:
        self._backlog = Backlog(jobs, policy or SchedulePolicy())
        self._workers: dict[str, _WorkerState] = {}
        self._changes = 0
        """The number of events after which a worker that had nothing to do may have something."""

    @property
    def workers(self) -> tuple[str, ...]:
        """The workers that joined, and were not lost or retired."""
        return tuple(self._workers)

    @property
    def is_finished(self) -> bool:
        """True when every item of every job is finished or failed."""
        return self._backlog.is_empty

    def is_job_finished(self, job: str) -> bool:
        """Return whether every item of the job is finished or failed."""
        return self._backlog.jobs[job].is_finished

    def current(self, worker: str) -> Assignment | None:
        """Return what the worker is at, with the items that are not finished; None when it is free."""
        state = self._workers.get(worker)
        if state is None or state.job is None or not (state.is_opening or state.items):
            return None
        return Assignment(state.job.expected.name, tuple(state.items))

    def joined(self, worker: str) -> None:
        """Add a worker, which may be given work from now on."""
        self._workers.setdefault(worker, _WorkerState())
        self._backlog.workers.add(worker)

    def next_for(self, worker: str) -> Assignment | None:
        """Return the next task of a free worker; None when there is nothing for it now."""
        state = self._workers.get(worker)
        if state is None or state.is_opening or state.items:
            return None
        job = state.job
        if job is not None and job.waiting:
            items = job.take(self._backlog.chunk(job))
            state.items = dict.fromkeys(items)
            return Assignment(job.expected.name, items)
        if state.idle_since == self._changes:
            return None
        job = self._backlog.choose(worker, state.model)
        if job is None:
            state.idle_since = self._changes
            return None
        self._leave(worker, state)
        state.is_loading = state.model != job.expected.model
        self._load(worker, state, job.expected.model)
        state.job, state.is_opening = job, True
        job.holders.add(worker)
        return Assignment(job.expected.name)

    def opened(self, worker: str, items: Iterable[str], seconds: float | None = None) -> None:
        """Tell that the worker opened its job, which has these items, and how long loading took.

        The items of the first opening count; those of later ones are the same.
        """
        state = self._workers.get(worker)
        if state is None or state.job is None or not state.is_opening:
            return
        if seconds is not None and state.is_loading:
            self._backlog.load_s[state.job.expected.model] = seconds
        state.is_opening = False
        state.job.open(items)
        self._settle(state.job)

    def finished(self, worker: str, item: str, seconds: float | None = None) -> bool:
        """Tell that the worker finished an item, in so many seconds; return whether its result counts."""
        state = self._workers.get(worker)
        if state is None or state.job is None or item not in state.items:
            return False
        del state.items[item]
        state.job.in_flight -= 1
        if seconds is not None and state.job.time(seconds):
            self._changes += 1
        self._backlog.settle(state.job)
        return True

    def failed(self, worker: str, item: str, reason: str) -> list[FailedItem]:
        """Give up an item that the worker cannot do."""
        state = self._workers.get(worker)
        job = state.job if state else None
        if job is None or not self.finished(worker, item):
            return []
        return [FailedItem(job.expected.name, item, reason)]

    def refused(self, worker: str, reason: str) -> list[FailedItem]:
        """Tell that the worker could not open its job.

        Another worker tries; when it fails, too, or there is no other one, the job is given up.
        """
        state = self._workers.get(worker)
        if state is None or state.job is None or not state.is_opening:
            return []
        job = state.job
        job.refusers.add(worker)
        self._leave(worker, state)
        self._load(worker, state, None)
        is_last = self._backlog.workers <= job.refusers
        return self._failed_opening(job, reason, 1.0, is_last=is_last)

    def lost(
        self,
        worker: str,
        reason: str,
        in_flight: Collection[str] | None = None,
        *,
        node_lost: bool = False,
    ) -> list[FailedItem]:
        """Remove a worker that died, and hand its work to others.

        `in_flight` names the items that it was at; None when that is unknown, which makes all suspect.
        With `node_lost` its whole node went away: four of those count as one worker that an item cost.
        """
        state = self._workers.pop(worker, None)
        if state is None:
            return []
        self._backlog.workers.discard(worker)
        self._load(worker, state, None)
        job, was_opening = state.job, state.is_opening
        self._leave(worker, state)
        self._changes += 1
        if job is None:
            return []
        job.refusers.discard(worker)
        loss = NODE_LOSS if node_lost else 1.0
        if was_opening:
            return self._failed_opening(job, reason, loss, is_last=False)
        suspects = set(state.items if in_flight is None else in_flight)
        failed = job.give_back(state.items, suspects, reason, loss)
        self._settle(job)
        return failed

    def retired(self, worker: str, reason: str) -> list[FailedItem]:
        """Remove a worker that is unfit for work; what it was given waits for others, uncharged."""
        state = self._workers.get(worker)
        if state is not None and state.is_opening:
            self._leave(worker, state)
        return self.lost(worker, reason, ())

    def abandon(self, reason: str) -> list[FailedItem]:
        """Give up everything that waits, because no worker is left to do it."""
        failed = []
        for job in self._backlog.unfinished:
            failed += job.fail(reason)
            self._settle(job)
        return failed

    def _leave(self, worker: str, state: _WorkerState) -> None:
        if state.job is not None:
            state.job.holders.discard(worker)
        state.job, state.is_opening = None, False

    def _load(self, worker: str, state: _WorkerState, model: str | None) -> None:
        self._backlog.use(worker, state.model, model)
        state.model = model

    def _failed_opening(
        self, job: JobState, reason: str, loss: float, *, is_last: bool
    ) -> list[FailedItem]:
        """Count an opening that failed; give the job up when nobody has it and nobody should try again."""
        job.failed_openings += loss
        failed = []
        if not job.holders and (is_last or job.failed_openings >= MOST_LOSSES):
            failed = job.fail(reason)
        self._settle(job)
        return failed

    def _settle(self, job: JobState) -> None:
        self._changes += 1
        self._backlog.settle(job)
