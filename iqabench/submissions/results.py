"""Results of a checkout of submissions: counts, ratios and ranks beside the published ones."""

from dataclasses import asdict, dataclass, field
from typing import Any

from iqabench.boards import BoundedValue
from iqabench.submissions.measure import INTERRUPTED


@dataclass(frozen=True)
class SubmissionCount:
    """A measured count of one submission beside the printed one."""

    entry: str
    model_id: int
    column: str
    published: float
    measured: float | None
    equal: bool
    """True when both are the same to the printed digits."""
    why: str = ""
    """The explanation of a difference, or the reason why nothing was measured."""


@dataclass(frozen=True)
class SubmissionRatio:
    """The ratio of one submission's cost to the baseline's, for costs that depend on the machine."""

    entry: str
    model_id: int
    column: str
    to: str
    """The baseline, which it was measured in turn with."""
    published: float
    measured: BoundedValue | None
    """The measured ratio with its 95 % interval, where the probe has one; exactly 1 for the baseline itself.
    """
    here: float | None = None
    """The cost itself on this machine, in the printed unit."""
    unit: str = "1"
    """The printed unit."""
    warnings: tuple[str, ...] = ()
    """Sentences on what speaks against the ratio."""
    why: str = ""
    """The reason why it was not measured."""


@dataclass(frozen=True)
class EntryRanks:
    """The ranks of one entry in a track, among the entries that were measured."""

    track: str
    entry: str
    printed: int | None
    """The rank that the organisers printed, among all entries."""
    published: int
    """The rank from the published figures."""
    measured: int
    """The rank from the measured figures."""
    best: int
    """The best rank that the 95 % intervals and the printed digits allow."""
    worst: int
    """The worst rank that the 95 % intervals and the printed digits allow."""
    why: str = ""


@dataclass(frozen=True)
class TrackAgreement:
    """The agreement of both rankings of a track."""

    track: str
    n: int
    kendall: float | None
    """Kendall's tau-b; None where it is not defined."""
    spearman: float | None
    measured: tuple[str, ...]
    """Columns that were measured."""
    published: tuple[str, ...]
    """Columns with the organisers' own figures in both rankings."""


@dataclass
class SubmissionResults:
    """The results of a checkout of submissions."""

    counts: list[SubmissionCount] = field(default_factory=list)
    relatives: list[SubmissionRatio] = field(default_factory=list)
    ranks: list[EntryRanks] = field(default_factory=list)
    tracks: list[TrackAgreement] = field(default_factory=list)
    not_run: dict[str, str] = field(default_factory=dict)
    """Entries that could not be measured, with the reason."""

    @property
    def interrupted(self) -> bool:
        """True when it was ended before all were measured."""
        return INTERRUPTED in self.not_run.values()

    @property
    def agrees(self) -> bool:
        """True when no count differs, no entry is missing, and the intervals allow every published rank."""
        ranks = all(r.best <= r.published <= r.worst for r in self.ranks)
        return ranks and all(c.equal for c in self.counts) and not self.not_run

    def rows(self) -> list[dict[str, Any]]:
        """Return everything as flat rows; `depth` names the kind of each."""
        rows = [{"depth": "count", **asdict(count)} for count in self.counts]
        rows += [{"depth": "ratio", **_ratio_row(ratio)} for ratio in self.relatives]
        rows += [{"depth": "rank", **asdict(ranks)} for ranks in self.ranks]
        rows += [{"depth": "track", **asdict(track)} for track in self.tracks]
        absent = self.not_run.items()
        return rows + [{"depth": "not run", "entry": entry, "why": why} for entry, why in absent]


def _ratio_row(ratio: SubmissionRatio) -> dict[str, Any]:
    value = ratio.measured
    return {
        **asdict(ratio),
        "measured": value.value if value else None,
        "warnings": list(ratio.warnings),
        "ci_low": value.low if value else None,
        "ci_high": value.high if value else None,
    }
