"""The loop of the driver: it gives work to actors as the scheduler says, and keeps their results.

while work is left:
give every free worker its next task: a job to open, or items of the job that it has open
wait for the next event: a worker has started, a job is open, a result is there, a worker is lost
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from iqabench.errors import ExecutorError, IqabenchError, StoreError
from iqabench.run.executors.job import JobItem, Ledger, Refusal
from iqabench.run.executors.placement import Placement
from iqabench.run.executors.ray.cluster import ray_cluster
from iqabench.run.executors.ray.crew import Crew, Member
from iqabench.run.executors.ray.worker import WorkerFacts
from iqabench.run.executors.scheduling import ExpectedJob, FailedItem, Scheduler
from iqabench.run.progress import Watch

_TICK_S = 0.5
"""The longest time between two looks at the limits of time, in seconds."""
_PATIENCE_S = 180.0
"""The seconds that the driver waits for a worker to start while no other one is left."""
_LOAD_LIMIT_S = 60.0
"""The least limit of time for the loading of a model, which may take as long as ten images."""
_MOST_FAILED_STARTS = 3
"""The number of workers in a row that may end before they have started."""


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
    """The executor on a Ray cluster."""

    def __init__(self, crew: Crew, watch: Watch) -> None:
        self.device = crew.device
        self._crew, self._watch = crew, watch
        self._members: list[Member] = []
        """The members that wait for work."""

    def run(self, ledgers: Sequence[Ledger]) -> None:
        """Do the jobs of all ledgers; see `executors.job`."""
        if ledgers:
            self._members = _Sweep(self._crew, self._watch, ledgers, self._members).run()


@dataclass
class _LedgerState:
    """A ledger with what has become of its job."""

    ledger: Ledger
    reference: Any = None
    """The job in the object store of the cluster."""
    items: dict[str, JobItem] = field(default_factory=dict)
    is_open: bool = False


@dataclass
class _Task:
    """The work of one member now: a reference that will be there, or a stream of references."""

    member: Member
    what: str
    """start, open or run"""
    job: str = ""
    items: list[str] = field(default_factory=list)
    """The items that are not finished, in order."""
    since: float = field(default_factory=time.monotonic)
    """The time of the last event."""


class _Sweep:
    """The jobs of one command, and the members that do them."""

    def __init__(
        self, crew: Crew, watch: Watch, ledgers: Sequence[Ledger], members: Sequence[Member]
    ) -> None:
        self.crew, self.watch, self.ray = crew, watch, crew.ray
        self.states = {str(n): _LedgerState(ledger) for n, ledger in enumerate(ledgers)}
        jobs = ((name, state.ledger.job) for name, state in self.states.items())
        self.scheduler = Scheduler(
            [ExpectedJob(name, model=job.model, items=job.size) for name, job in jobs]
        )
        self.tasks: dict[Any, _Task] = {}
        """The tasks by their references or streams."""
        self.free = {member.id: member for member in members}
        self.failed_starts = 0
        self.alone_since: float | None = None
        """The time since when no worker is left, while others may still start."""
        self.here = WorkerFacts.here()

    def run(self) -> list[Member]:
        """Do all jobs, and return the members that wait for more.

        Raises: StoreError when results cannot be stored.
        """
        for name in self.free:
            self.scheduler.joined(name)
        for _ in range(min(self.crew.size, self._most_useful()) - len(self.free)):
            self._start()
        while not self.scheduler.is_finished:
            for member in list(self.free.values()):
                self._give_task(member)
            if not self.tasks:
                self._give_up()
                break
            ready, _ = self.ray.wait(list(self.tasks), num_returns=1, timeout=_TICK_S)
            for handle in ready:
                self._handle(handle)
            self._end_late_ones()
            self._watch_for_workers()
        for task in self.tasks.values():  # they have not started yet
            self.crew.end(task.member)
        return list(self.free.values())

    def _most_useful(self) -> int:
        """Return the number of workers that can have something to do."""
        return max(1, sum(state.ledger.job.size for state in self.states.values()))

    def _start(self) -> None:
        member = self.crew.start()
        self.tasks[member.actor.facts.remote()] = _Task(member, "start")

    def _give_task(self, member: Member) -> None:
        task = self.scheduler.next_for(member.id)
        if task is None:
            return
        del self.free[member.id]
        state = self.states[task.job]
        if task.items:
            self._run_items(member, task.job, list(task.items))
            return
        try:
            if state.reference is None:
                job, files = state.ledger.job.ship()
                self.crew.offer(files)
                state.reference = self.crew.put(job)
        except IqabenchError as error:
            self.scheduler.opened(member.id, ())
            self._free(member)
            state.ledger.fail(error)
            return
        handle = self.crew.open(member, int(task.job), state.reference)
        self.tasks[handle] = _Task(member, "open", task.job)

    def _run_items(self, member: Member, job: str, names: list[str]) -> None:
        items = [self.states[job].items[name] for name in names]
        self.tasks[self.crew.run(member, int(job), items)] = _Task(member, "run", job, names)

    def _handle(self, handle: Any) -> None:
        """Handle the event that a reference is there, or the next one of a stream."""
        task = self.tasks[handle]
        try:
            if task.what == "run":
                try:
                    result = self.ray.get(next(handle))
                except StopIteration:
                    del self.tasks[handle]
                    self._free(task.member)
                    return
                self._keep(task, result)
                return
            del self.tasks[handle]
            answer = self.ray.get(handle)
        except self.ray.exceptions.RayTaskError as error:
            self.tasks.pop(handle, None)
            self._handle_error(task, error)
        except self.ray.exceptions.RayError as error:
            self.tasks.pop(handle, None)
            self._lose(task, self._reason_of(task, error))
        else:
            handlers: dict[str, Callable[[_Task, Any], None]] = {
                "start": self._greet,
                "open": self._begin,
            }
            handlers[task.what](task, answer)

    def _greet(self, task: _Task, facts: WorkerFacts) -> None:
        """Take a worker that has started, or refuse it for its versions."""
        member = task.member
        member.node, member.node_id = facts.node, facts.node_id
        self.failed_starts = 0
        differences = ", ".join(facts.differences(self.here))
        if differences and not self.crew.placement.mixed_versions:
            self.crew.end(member)
            self.watch.message(
                f"{member} is not used: it has {differences}. Install the same version there, or add "
                "--mixed-versions."
            )
            return
        if differences:
            self.watch.message(f"{member} has {differences}.")
        self.scheduler.joined(member.id)
        self._free(member)

    def _begin(self, task: _Task, answer: Any) -> None:
        """Let the ledger choose items when its job is open for the first time."""
        state, member = self.states[task.job], task.member
        seconds = time.monotonic() - task.since
        if isinstance(answer, Refusal):
            self._fail(self.scheduler.refused(member.id, answer.text), answer)
        elif not state.is_open:
            state.is_open = True
            try:
                items = list(state.ledger.begin(answer))
            except StoreError:
                raise
            except IqabenchError as error:
                items = []
                state.ledger.fail(error)
            state.items = {item.name: item for item in items}
            self.scheduler.opened(member.id, list(state.items), seconds)
        elif not state.ledger.agrees(answer):
            reason = (
                f"{member} has another version of {state.ledger.job.name} than the first worker"
            )
            self.watch.message(f"{reason}; it is not used for that.")
            self._fail(self.scheduler.refused(member.id, reason))
        else:
            self.scheduler.opened(member.id, list(state.items), seconds)
        self._free(member)

    def _keep(self, task: _Task, result: Any) -> None:
        now = time.monotonic()
        if result.name in task.items:
            task.items.remove(result.name)
        if self.scheduler.finished(task.member.id, result.name, now - task.since):
            self.states[task.job].ledger.keep(result)
        task.since = now

    def _handle_error(self, task: _Task, error: Exception) -> None:
        """Handle an error in the code of a worker that lives on: the item fails, and the others go on."""
        reason = f"{type(error).__name__}: {_last_line(error)}"
        member = task.member
        cause = getattr(error, "cause", None)
        if isinstance(cause, ExecutorError):  # the fault is the machine's, not the image's
            self.crew.end(member)
            self.watch.message(f"{member} is not used any more: {cause}")
            self._fail(self.scheduler.retired(member.id, str(cause)))
            return
        if task.what == "run" and task.items:
            failed, *rest = task.items
            self._fail(self.scheduler.failed(member.id, failed, reason))
            if rest:
                self._run_items(member, task.job, rest)
                return
        elif task.what == "open":
            self._fail(self.scheduler.refused(member.id, reason))
        elif task.what == "start":
            self._lose(task, reason)
            return
        self._free(member)

    def _lose(self, task: _Task, reason: str, *, in_flight: list[str] | None = None) -> None:
        """Hand the work of a member that is lost to others, and start another member."""
        member = task.member
        self.free.pop(member.id, None)
        self.crew.end(member)
        if task.what == "start":
            self.failed_starts += 1
        else:
            self.watch.message(f"{member} was lost: {reason}. Another one takes its work over.")
        suspects = task.items[:2] if in_flight is None else in_flight
        node_lost = bool(member.node_id) and not self.crew.is_alive(member.node_id)
        self._fail(self.scheduler.lost(member.id, reason, suspects, node_lost=node_lost))
        if self.failed_starts < _MOST_FAILED_STARTS and not self.scheduler.is_finished:
            self._start()

    def _fail(self, failed: Sequence[FailedItem], refusal: Refusal | None = None) -> None:
        """Store what is given up."""
        for each in failed:
            state = self.states[each.job]
            if each.item:
                state.ledger.fail_item(state.items[each.item], each.reason)
            else:
                error = refusal.as_error() if refusal else ExecutorError(f"{each.reason}.")
                state.ledger.fail(error)

    def _end_late_ones(self) -> None:
        """End the workers that need longer for one image than the user allows."""
        limit = self.crew.placement.image_limit_s
        if limit is None:
            return
        now = time.monotonic()
        for handle, task in list(self.tasks.items()):
            allowed = limit if task.what == "run" else max(10 * limit, _LOAD_LIMIT_S)
            if task.what == "start" or now - task.since <= allowed:
                continue
            del self.tasks[handle]
            where = f"the image '{task.items[0]}'" if task.items else "the loading of the model"
            reason = f"{where} took longer than {allowed:g} s (--time-limit)"
            self._lose(task, reason, in_flight=task.items[:1])

    def _watch_for_workers(self) -> None:
        """Give up when no worker is left and none starts for a while."""
        if self.scheduler.workers:
            self.alone_since = None
        elif self.alone_since is None:
            self.alone_since = time.monotonic()
        elif time.monotonic() - self.alone_since > _PATIENCE_S:
            for handle in list(self.tasks):
                self.crew.end(self.tasks.pop(handle).member)
            self._give_up()

    def _give_up(self) -> None:
        reason = "no worker of the cluster is left; finished results are kept, and the same command goes on"
        self._fail(self.scheduler.abandon(reason))

    def _free(self, member: Member) -> None:
        self.free[member.id] = member

    def _reason_of(self, task: _Task, error: Exception) -> str:
        """Return why a worker was lost, in words."""
        name = type(error).__name__
        if "OutOfMemory" in name:
            return "its memory was not enough"
        work = {"start": "was starting", "open": "loaded a model", "run": "had finished an image"}
        image = f"was at the image '{task.items[0]}'" if task.items else ""
        return f"its process ended while it {image or work[task.what]}"


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [""])[-1]
