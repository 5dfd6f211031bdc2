"""The second stage of a sweep: members without a GPU score what the others have restored.

A restored sample stays in the memory of the cluster; only the reference to it passes through the driver.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from iqabench.run.executors.job import JobItem
from iqabench.run.executors.ray.crew import Member
from iqabench.run.executors.ray.staff import Staff, last_line

_AHEAD = 2
"""The restored samples that may wait for each member, so that none of them is idle."""
_MOST_TRIES = 2


@dataclass
class _Unscored:
    """A restored sample that is not scored yet."""

    job: str
    item: JobItem
    scorer: Any
    """The reference of the scorer of the job."""
    restored: Any
    """The reference of the restored sample."""
    tries: int = 0
    member: Member | None = None


class ScoreStage:
    """The restored samples that wait, and the members that score them.

    `keep` is called with the job and the result; `fail` with the job, the item and the reason; `redo` with
    the job and the item when a restored sample was lost with the node that held it.
    """

    def __init__(
        self,
        staff: Staff,
        keep: Callable[[str, Any], None],
        fail: Callable[[str, JobItem, str], None],
        redo: Callable[[str, JobItem], None],
    ) -> None:
        self._staff = staff
        self._keep, self._fail, self._redo = keep, fail, redo
        self._waiting: deque[_Unscored] = deque()
        self._tasks: dict[Any, _Unscored] = {}

    @property
    def is_used(self) -> bool:
        """True where there are members that only score, or will be."""
        return not self._staff.is_gone

    @property
    def is_idle(self) -> bool:
        """True when nothing waits and nothing is scored."""
        return not (self._waiting or self._tasks)

    @property
    def is_full(self) -> bool:
        """True when as many samples wait as the members can take soon: no more should be restored."""
        members = len(self._staff.free) + len(self._staff.busy)
        return len(self._waiting) >= _AHEAD * max(1, members)

    @property
    def handles(self) -> list[Any]:
        """The references of results that will be there, and of members that start."""
        return [*self._tasks, *self._staff.starting]

    def add(self, job: str, item: JobItem, scorer: Any, restored: Any) -> None:
        """Add a restored sample, by the references of the scorer and of the sample."""
        self._waiting.append(_Unscored(job, item, scorer, restored))

    def give_tasks(self) -> None:
        """Give waiting samples to free members; without any member they are restored again elsewhere."""
        while self._waiting and self._staff.free:
            unscored = self._waiting.popleft()
            member = next(iter(self._staff.free.values()))
            self._staff.take(member)
            unscored.member, unscored.tries = member, unscored.tries + 1
            handle = self._staff.crew.finish(
                member, unscored.scorer, unscored.item, unscored.restored
            )
            self._tasks[handle] = unscored
        if self._staff.is_gone:
            while self._waiting:
                unscored = self._waiting.popleft()
                self._redo(unscored.job, unscored.item)

    def handle(self, handle: Any) -> bool:
        """Handle an event of this stage; return False for one of another stage."""
        if handle in self._staff.starting:
            self._staff.greet(handle)
            return True
        unscored = self._tasks.pop(handle, None)
        if unscored is None:
            return False
        assert unscored.member is not None
        errors = self._staff.crew.ray.exceptions
        try:
            result = self._staff.crew.ray.get(handle)
        except errors.RayTaskError as error:
            self._staff.give_back(unscored.member)
            if isinstance(error, errors.ObjectLostError) or "ObjectLost" in str(error):
                self._redo(unscored.job, unscored.item)
            else:
                self._fail(unscored.job, unscored.item, last_line(error))
        except errors.ObjectLostError:
            self._staff.give_back(unscored.member)
            self._redo(unscored.job, unscored.item)
        except errors.RayError:
            reason = f"its process ended while it scored '{unscored.item.name}'"
            self._staff.lose(unscored.member, reason, replace=True)
            if unscored.tries < _MOST_TRIES:
                self._waiting.append(unscored)
            else:
                self._fail(unscored.job, unscored.item, f"the process of the worker: {reason}")
        else:
            self._staff.give_back(unscored.member)
            self._keep(unscored.job, result)
        return True
