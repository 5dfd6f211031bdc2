"""What came of a checkout of submissions: counts and ranks beside the published ones."""

from dataclasses import dataclass, field

from iqabench.boards import BoundedValue
from iqabench.submissions.measure import INTERRUPTED


@dataclass(frozen=True)
class SubmissionCount:
    """One count of one submission."""

    entry: str
    model_id: int
    column: str
    published: float
    measured: float | None
    equal: bool
    """To the printed digits."""
    why: str = ""
    """What is known of a difference, or why nothing was measured."""


@dataclass(frozen=True)
class SubmissionRatio:
    """One cost of one submission that depends on the machine, by the baseline's."""

    entry: str
    model_id: int
    column: str
    to: str
    """The baseline, with which it was measured in turn."""
    published: float
    measured: BoundedValue | None
    """With its 95 % interval, where the probe has one; exactly 1 for the baseline itself."""
    here: float | None = None
    """The cost itself on this machine,"""
    unit: str = "1"
    """in the printed unit."""
    warnings: tuple[str, ...] = ()
    """What speaks against it."""
    why: str = ""
    """Why it was not measured."""


@dataclass(frozen=True)
class EntryRanks:
    """One entry's ranks in a track, among those that were measured."""

    track: str
    entry: str
    printed: int | None
    """By the organisers, among all."""
    published: int
    """From the published figures."""
    measured: int
    best: int
    worst: int
    """From the measured figures, and between which their 95 % intervals and printed digits have it."""
    why: str = ""


@dataclass(frozen=True)
class TrackAgreement:
    """How alike both rankings of a track are."""

    track: str
    n: int
    kendall: float | None
    """Tau-b; none where it is not defined."""
    spearman: float | None
    measured: tuple[str, ...]
    """Columns that were measured,"""
    published: tuple[str, ...]
    """and those that are the organisers' own in both rankings."""


@dataclass
class SubmissionResults:
    """What came of a checkout."""

    counts: list[SubmissionCount] = field(default_factory=list)
    relatives: list[SubmissionRatio] = field(default_factory=list)
    ranks: list[EntryRanks] = field(default_factory=list)
    tracks: list[TrackAgreement] = field(default_factory=list)
    not_run: dict[str, str] = field(default_factory=dict)
    """Entries that could not be measured, and why."""

    @property
    def interrupted(self) -> bool:
        """Whether it was ended before all were measured."""
        return INTERRUPTED in self.not_run.values()
