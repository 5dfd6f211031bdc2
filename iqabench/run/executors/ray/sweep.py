"""The loop of the driver: it gives work to members as the scheduler says, and keeps their results.

while work is left:
give every free member its next task: a job to open, or items of the job that it has open
wait for the next event: a member has started, a job is open, a result is there, a member is lost
"""

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from iqabench.errors import ExecutorError, IqabenchError, StoreError
from iqabench.run.executors.job import JobItem, Ledger, Refusal
from iqabench.run.executors.ray.crew import Member
from iqabench.run.executors.ray.score_stage import ScoreStage
from iqabench.run.executors.ray.staff import Staff, last_line
from iqabench.run.executors.ray.sweep_state import LedgerState, SweepTask
from iqabench.run.executors.scheduling import ExpectedJob, FailedItem, Scheduler
from iqabench.run.progress import Watch

_TICK_S = 0.5
"""The longest time between two looks at the limits of time, in seconds."""
_PATIENCE_S = 300.0
"""The seconds that the driver waits for a member to start while no other one is there."""
_TELL_S = 30.0
"""The seconds after which it tells that it waits."""
_LOAD_LIMIT_S = 60.0
"""The least limit of time for the loading of a model, which may take as long as ten images."""
_MOST_REDONE = 2
"""The number of times that a sample is restored again because its outputs were lost unscored."""


class ClusterSweep:
    """The jobs of one command, and the members that do them."""

    def __init__(
        self, staff: Staff, scorers: Staff, watch: Watch, ledgers: Sequence[Ledger]
    ) -> None:
        self.staff, self.watch = staff, watch
        self.crew, self.ray = staff.crew, staff.crew.ray
        self.states = {str(number): LedgerState(ledger) for number, ledger in enumerate(ledgers)}
        self.scheduler = self._schedule({n: s.ledger.job.size for n, s in self.states.items()})
        self.stage = ScoreStage(scorers, self._keep_scored, self._fail_item, self._do_again)
        self.redone: Counter[tuple[str, str]] = Counter()
        self.tasks: dict[Any, SweepTask] = {}
        """The tasks by their references or streams."""
        images = sum(state.ledger.job.size for state in self.states.values())
        self.useful = max(1, images)
        """The number of members that can have something to do."""
        self.told = False
        """True once the user knows that no member has started."""
        scorers.fill(self.useful)

    def run(self) -> None:
        """Do all jobs.

        Raises: StoreError when results cannot be stored.
        """
        self._do()
        while again := {n: state.again for n, state in self.states.items() if state.again}:
            self.scheduler = self._schedule({n: len(names) for n, names in again.items()})
            for name, names in again.items():
                self.states[name].names, self.states[name].again = names, []
            self._do()
        for handle, task in list(self.tasks.items()):  # a stream that has given its last result
            del self.tasks[handle]
            self.staff.give_back(task.member)

    def _schedule(self, sizes: dict[str, int]) -> Scheduler:
        jobs = ((name, self.states[name].ledger.job.model, size) for name, size in sizes.items())
        return Scheduler([ExpectedJob(name, model=model, items=size) for name, model, size in jobs])

    def _do(self) -> None:
        for name in [*self.staff.free, *self.staff.busy]:
            self.scheduler.joined(name)
        self.staff.fill(self.useful)
        while not (self.scheduler.is_finished and self.stage.is_idle):
            for member in list(self.staff.free.values()):
                self._give_task(member)
            self.stage.give_tasks()
            handles = self._handles()
            if not handles or self._has_waited_enough():
                self._give_up()
                continue
            ready, _ = self.ray.wait(handles, num_returns=1, timeout=_TICK_S)
            for handle in ready:
                self._handle(handle)
            self._end_late_ones()

    def _has_waited_enough(self) -> bool:
        """Return whether no member has been there for too long; tell once that one is waited for."""
        seconds = self.staff.empty_for()
        if seconds > _TELL_S and not self.told:
            self.told = True
            self.watch.message("No worker has started yet; waiting for room on the cluster ...")
        return seconds > _PATIENCE_S

    def _handles(self) -> list[Any]:
        """Return what is waited for; nothing more is restored while too much waits to be scored."""
        full = self.stage.is_full
        tasks = [handle for handle, task in self.tasks.items() if not (full and task.only_restores)]
        return [*tasks, *self.stage.handles, *self.staff.starting]

    def _give_task(self, member: Member) -> None:
        task = self.scheduler.next_for(member.id)
        if task is None:
            return
        self.staff.take(member)
        if task.items:
            self._run_items(member, task.job, list(task.items))
            return
        state = self.states[task.job]
        try:
            if state.reference is None:
                job, files = state.ledger.job.ship()
                self.crew.offer(files)
                state.reference = self.crew.put(job)
        except IqabenchError as error:
            self.scheduler.opened(member.id, ())
            self.staff.give_back(member)
            state.ledger.fail(error)
            return
        handle = self.crew.open(member, int(task.job), state.reference)
        self.tasks[handle] = SweepTask(member, task.job)

    def _run_items(self, member: Member, job: str, names: list[str]) -> None:
        state = self.states[job]
        items = [state.items[name] for name in names]
        restores = state.scorer is not None and self.stage.is_used
        work = self.crew.restore if restores else self.crew.run
        handle = work(member, int(job), items)
        self.tasks[handle] = SweepTask(member, job, names, is_stream=True, only_restores=restores)

    def _handle(self, handle: Any) -> None:
        """Handle the event that a reference is there, or the next one of a stream."""
        if self.stage.handle(handle):
            return
        if handle in self.staff.starting:
            if member := self.staff.greet(handle):
                self.scheduler.joined(member.id)
            return
        task = self.tasks[handle]
        try:
            if task.is_stream:
                self._take_next(task, next(handle))
                return
            answer = self.ray.get(handle)
        except StopIteration:
            del self.tasks[handle]
            self.staff.give_back(task.member)
        except self.ray.exceptions.RayTaskError as error:
            self.tasks.pop(handle, None)
            self._handle_error(task, error)
        except self.ray.exceptions.RayError as error:
            self.tasks.pop(handle, None)
            self._lose(task, task.reason_of(error), task.items[:2])
        else:
            del self.tasks[handle]
            self._begin(task, answer)
            self.staff.give_back(task.member)

    def _begin(self, task: SweepTask, answer: Any) -> None:
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
            state.names = list(state.items)
            if self.stage.is_used and (scorer := getattr(answer, "scorer", None)):
                state.scorer = self.crew.put(scorer)
            self.scheduler.opened(member.id, state.names, seconds)
        elif not state.ledger.agrees(answer):
            name = state.ledger.job.name
            reason = f"{member} has another version of {name} than the first worker"
            self.watch.message(f"{reason}; it is not used for that.")
            self._fail(self.scheduler.refused(member.id, reason))
        else:
            self.scheduler.opened(member.id, state.names, seconds)

    def _take_next(self, task: SweepTask, reference: Any) -> None:
        """Take the next result of a stream: keep it, or give it to those that score."""
        state, now = self.states[task.job], time.monotonic()
        seconds, task.since = now - task.since, now
        if task.only_restores:
            name = task.items.pop(0)
            if self.scheduler.finished(task.member.id, name, seconds):
                self.stage.add(task.job, state.items[name], state.scorer, reference)
            return
        result = self.ray.get(reference)
        if result.name in task.items:
            task.items.remove(result.name)
        if self.scheduler.finished(task.member.id, result.name, seconds):
            state.ledger.keep(result)

    def _handle_error(self, task: SweepTask, error: Exception) -> None:
        """Handle an error in the code of a member that lives on: the item fails, and the others go on."""
        member, cause = task.member, getattr(error, "cause", None)
        if isinstance(cause, ExecutorError):  # the fault is the machine's, not the image's
            self.staff.dismiss(member, str(cause))
            self._fail(self.scheduler.retired(member.id, str(cause)))
            return
        reason = f"{type(error).__name__}: {last_line(error)}"
        if task.items:
            failed, *rest = task.items
            self._fail(self.scheduler.failed(member.id, failed, reason))
            if rest:
                self._run_items(member, task.job, rest)
                return
        elif not task.is_stream:
            self._fail(self.scheduler.refused(member.id, reason))
        self.staff.give_back(member)

    def _lose(self, task: SweepTask, reason: str, in_flight: list[str]) -> None:
        """Hand the work of a member that is lost to others, and start another member."""
        member = task.member
        node_lost = bool(member.node_id) and not self.crew.is_alive(member.node_id)
        twice = f"{reason}; it was tried twice"
        self._fail(self.scheduler.lost(member.id, twice, in_flight, node_lost=node_lost))
        self.staff.lose(member, reason, replace=not self.scheduler.is_finished)

    def _keep_scored(self, job: str, result: Any) -> None:
        self.states[job].ledger.keep(result)

    def _fail_item(self, job: str, item: JobItem, reason: str) -> None:
        self.states[job].ledger.fail_item(item, reason)

    def _do_again(self, job: str, item: JobItem) -> None:
        """Plan to restore a sample again, whose outputs were lost before they were scored."""
        self.redone[job, item.name] += 1
        if self.redone[job, item.name] > _MOST_REDONE:
            self._fail_item(job, item, "its outputs were lost with the workers that made them")
        else:
            self.states[job].again.append(item.name)

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
        """End the members that need longer for one image than the user allows."""
        limit = self.crew.placement.image_limit_s
        if limit is None:
            return
        now = time.monotonic()
        for handle, task in list(self.tasks.items()):
            allowed = limit if task.is_stream else max(10 * limit, _LOAD_LIMIT_S)
            is_done = task.is_stream and not task.items
            if is_done or now - task.since <= allowed:
                continue
            del self.tasks[handle]
            where = f"the image '{task.items[0]}'" if task.items else "the loading of the model"
            self._lose(
                task, f"{where} took longer than {allowed:g} s (--time-limit)", task.items[:1]
            )

    def _give_up(self) -> None:
        """Give up the jobs that are left, because no member is left; nothing is stored about them."""
        self.staff.dismiss_starting()
        reason = "no worker of the cluster is left. The same command goes on from what is finished."
        failed = self.scheduler.abandon(reason)
        for job in dict.fromkeys(each.job for each in failed):
            self.states[job].ledger.fail(ExecutorError(reason))
        if not self.scheduler.is_finished:
            raise ExecutorError(reason)
