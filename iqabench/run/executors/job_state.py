"""The state of one job in the scheduler: its items that wait, and the workers that hold it."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_LOSSES = 2
"""The number of workers that an item, or the opening of a job, may cost before it fails."""

NODE_LOSS = 0.25
"""The part of a loss that counts when a whole node was lost, which is rarely the fault of an item.

It is not 0, so that an item that takes its node down ends, too.
"""


@dataclass(frozen=True)
class ExpectedJob:
    """A job before it is opened: a name, the model that it loads, and its expected costs."""

    name: str
    model: str
    """The name of what a worker loads for the job; jobs of one model go to a worker that has it."""
    items: int
    """The expected number of items."""
    item_s: float | None = None
    """The expected time of an item in seconds; None until it is measured."""
    load_s: float | None = None
    """The expected time to load the model in seconds; None until it is measured."""


@dataclass(frozen=True)
class FailedItem:
    """An item that nobody will try again."""

    job: str
    item: str
    """The name of the item; empty when the job failed before its items were known."""
    reason: str


@dataclass
class JobState:
    """One job: waiting, held by workers, or finished."""

    expected: ExpectedJob
    is_known: bool = False
    """True once a worker has opened the job, so that its items are known."""
    fresh: deque[str] = field(default_factory=deque)
    """The items that wait and that cost no worker yet."""
    suspects: deque[str] = field(default_factory=deque)
    """The items that wait and were in flight when a worker was lost; each is tried alone."""
    losses: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """The number of workers that were lost with each item in flight."""
    holders: set[str] = field(default_factory=set)
    """The workers that have opened the job, or are opening it."""
    in_flight: int = 0
    refusers: set[str] = field(default_factory=set)
    """The workers that could not open the job."""
    failed_openings: float = 0.0
    """The number of workers that refused to open the job, or were lost while they opened it."""
    seconds: float = 0.0
    """The time that the finished items took together, in seconds."""
    timed: int = 0

    @property
    def waiting(self) -> int:
        """The number of items that wait; before the job is opened, the expected number or 1."""
        if not self.is_known:
            return max(self.expected.items, 1)  # a job that is thought to be empty is opened, too
        return len(self.fresh) + len(self.suspects)

    @property
    def item_s(self) -> float | None:
        """The time of an item in seconds: measured, else expected, else None."""
        return self.seconds / self.timed if self.timed else self.expected.item_s

    @property
    def backlog(self) -> float:
        """The work that waits, in seconds; in items where the time of an item is unknown."""
        return self.waiting * (1.0 if self.item_s is None else self.item_s)

    @property
    def is_finished(self) -> bool:
        """True when nothing waits and nothing is in flight."""
        return self.is_known and not self.waiting and not self.in_flight

    def open(self, items: Iterable[str]) -> None:
        """Take the items of the job from its first opening; later openings change nothing."""
        if not self.is_known:
            self.is_known = True
            self.fresh.extend(dict.fromkeys(items))

    def take(self, most: int) -> tuple[str, ...]:
        """Return the next items: at most `most` fresh ones, or one suspect when no fresh one is left."""
        if not self.fresh:
            items: tuple[str, ...] = (self.suspects.popleft(),)
        else:
            items = tuple(self.fresh.popleft() for _ in range(min(most, len(self.fresh))))
        self.in_flight += len(items)
        return items

    def time(self, seconds: float) -> bool:
        """Count the measured time of a finished item; return True at the first, second, fourth and so on."""
        self.seconds += seconds
        self.timed += 1
        return self.timed & (self.timed - 1) == 0

    def give_back(
        self, items: Iterable[str], in_flight: set[str], reason: str, loss: float
    ) -> list[FailedItem]:
        """Take back the items of a lost worker, and return those that fail with it.

        Those in flight become suspects, or fail when they cost `MOST_LOSSES` workers. The others wait again,
        before all others.
        """
        failed = []
        fresh: list[str] = []
        for item in items:
            self.in_flight -= 1
            if item not in in_flight:
                (self.suspects if item in self.losses else fresh).append(item)
                continue
            self.losses[item] += loss
            if self.losses[item] < MOST_LOSSES:
                self.suspects.append(item)
            else:
                failed.append(FailedItem(self.expected.name, item, reason))
        self.fresh.extendleft(reversed(fresh))
        return failed

    def fail(self, reason: str) -> list[FailedItem]:
        """Fail everything that waits, and return it."""
        items = [*self.fresh, *self.suspects] if self.is_known else [""]
        self.is_known = True
        self.fresh.clear()
        self.suspects.clear()
        return [FailedItem(self.expected.name, item, reason) for item in items]
