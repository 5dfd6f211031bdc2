"""What came of a checkout of submissions: counts and ranks beside the published ones."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Counted:
    """One measured column of one submission."""

    entry: str
    model_id: int
    column: str
    published: float
    measured: float | None
    equal: bool
    """To the printed digits; of what depends on the machine it says nothing, and is true."""
    why: str = ""
    """What is known of a difference, or why nothing was measured."""


@dataclass(frozen=True)
class Beside:
    """One entry's ranks in a track, among those that were measured."""

    track: str
    entry: str
    printed: int | None
    """By the organisers, among all."""
    published: int
    """From the published figures."""
    measured: int
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
class Submissions:
    """What came of a checkout."""

    counts: list[Counted] = field(default_factory=list)
    ranks: list[Beside] = field(default_factory=list)
    tracks: list[TrackAgreement] = field(default_factory=list)
    not_run: dict[str, str] = field(default_factory=dict)
    """Entries that could not be measured, and why."""
