"""The state of a sweep: what has become of each ledger's job, and what each member is at."""

import time
from dataclasses import dataclass, field
from typing import Any

from iqabench.run.executors.job import JobItem, Ledger
from iqabench.run.executors.ray.crew import Member


@dataclass
class LedgerState:
    """A ledger with what has become of its job."""

    ledger: Ledger
    reference: Any = None
    """The job in the object store of the cluster."""
    scorer: Any = None
    """The scorer of its restored samples there; None where one member does both."""
    items: dict[str, JobItem] = field(default_factory=dict)
    is_open: bool = False
    names: list[str] = field(default_factory=list)
    """The names of the items of this round."""
    again: list[str] = field(default_factory=list)
    """The names of the items to be done again in the next round."""


@dataclass
class SweepTask:
    """The work of one member now: a reference that will be there, or a stream of references."""

    member: Member
    job: str
    items: list[str] = field(default_factory=list)
    """The items that are not finished, in order; none while the job is opened."""
    is_stream: bool = False
    only_restores: bool = False
    since: float = field(default_factory=time.monotonic)
    """The time of the last event."""

    def reason_of(self, error: Exception) -> str:
        """Return why the member was lost, in words."""
        if "OutOfMemory" in type(error).__name__:
            return "its memory was not enough"
        if self.items:
            return f"its process ended while it was at the image '{self.items[0]}'"
        work = "had finished an image" if self.is_stream else "loaded a model"
        return f"its process ended while it {work}"
