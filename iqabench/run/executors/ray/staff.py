"""The members that a command has: they start, wait for work, and are replaced when they are lost.

They outlive a sweep: an executor that is used again finds them started, with their model loaded.
"""

import time
from collections.abc import Callable
from typing import Any

from iqabench.run.executors.ray.crew import Crew, Member
from iqabench.run.executors.ray.worker import WorkerFacts
from iqabench.run.progress import Watch

MOST_FAILED_STARTS = 3
"""The number of members in a row that may end before they have started."""

_NODE_HAS_DIED = "its node has died"
"""The words of Ray about an actor that was lost with its node."""


class Staff:
    """The members of one kind: those that restore, count and score, or those that only score."""

    def __init__(self, crew: Crew, watch: Watch, start: Callable[[], Member], size: int) -> None:
        self.crew, self._watch, self._start, self.size = crew, watch, start, size
        self.free: dict[str, Member] = {}
        """The members that wait for work, by their ids."""
        self.starting: dict[Any, Member] = {}
        """The members that start, by the references of their facts."""
        self.busy: set[str] = set()
        """The ids of the members that are at work."""
        self._failed_starts = 0
        self._here = WorkerFacts.here()
        self.empty_since: float | None = None
        """The time since when there is no member that has started."""

    @property
    def is_gone(self) -> bool:
        """True when there is no member, and none starts."""
        return not (self.free or self.busy or self.starting)

    def fill(self, count: int) -> None:
        """Start members until there are that many, or the size of the staff."""
        there = len(self.free) + len(self.busy) + len(self.starting)
        for _ in range(min(count, self.size) - there):
            self.begin_one()

    def begin_one(self) -> None:
        """Start a member."""
        member = self._start()
        self.starting[member.actor.facts.remote()] = member

    def take(self, member: Member) -> None:
        """Note that a free member has work."""
        del self.free[member.id]
        self.busy.add(member.id)

    def give_back(self, member: Member) -> None:
        """Note that a member waits for work."""
        self.busy.discard(member.id)
        self.free[member.id] = member

    def greet(self, reference: Any) -> Member | None:
        """Take a member that has started; None for one that ended before, or is refused for its versions."""
        member = self.starting.pop(reference)
        ray = self.crew.ray
        try:
            facts: WorkerFacts = ray.get(reference)
        except ray.exceptions.RayError as error:
            if _NODE_HAS_DIED not in str(error):  # which says nothing about the next start
                self._failed_starts += 1
            self.crew.end(member)
            if self._failed_starts < MOST_FAILED_STARTS:
                self.begin_one()
            else:
                self._watch.message(f"workers end before they have started: {last_line(error)}.")
            return None
        member.node, member.node_id = facts.node, facts.node_id
        self._failed_starts = 0
        if member.gpus and not facts.gpus:
            self.crew.end(member)
            self._watch.message(
                f"{member} is not used: Ray counts a GPU there, but torch sees none. Check the driver of the "
                "GPU and the build of torch there, or use --device cpu."
            )
            return None
        differences = ", ".join(facts.differences(self._here))
        if differences and not self.crew.placement.mixed_versions:
            self.crew.end(member)
            self._watch.message(
                f"{member} is not used: it has {differences}. Install the same version there, or add "
                "--mixed-versions."
            )
            return None
        if differences:
            self._watch.message(f"{member} has {differences}.")
        self.free[member.id] = member
        return member

    def lose(self, member: Member, reason: str, *, replace: bool) -> None:
        """Take leave of a member that is lost, and start another one with `replace`."""
        self.free.pop(member.id, None)
        self.busy.discard(member.id)
        self.crew.end(member)
        self._watch.message(f"{member} was lost: {reason}. Another one takes its work over.")
        if replace:
            self.begin_one()

    def dismiss(self, member: Member, reason: str) -> None:
        """End a member that is unfit for work; no other one takes its place."""
        self.busy.discard(member.id)
        self.crew.end(member)
        self._watch.message(f"{member} is not used any more: {reason}")

    def empty_for(self) -> float:
        """Return the seconds since when no member has been there that has started."""
        if self.free or self.busy:
            self.empty_since = None
            return 0.0
        now = time.monotonic()
        self.empty_since = self.empty_since or now
        return now - self.empty_since

    def dismiss_starting(self) -> None:
        """End the members that have not started."""
        for member in self.starting.values():
            self.crew.end(member)
        self.starting.clear()


def last_line(error: Exception) -> str:
    """Return the last line of a message, which names the error in what Ray says."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[-1].rstrip(".")
