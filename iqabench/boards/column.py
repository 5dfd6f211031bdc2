"""The facts of a board's column, and the place of its published figures."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from iqabench.facts import Facts

Better = Literal["higher", "lower"]
Aggregate = Literal["mean", "root_mean_square"]


class Published(Facts):
    """The published figures: a CSV beside the boards, in `published/`."""

    file: str
    entry: str | tuple[str, ...]
    """The CSV's column that names whose figures a row holds: a team, a method. If several columns are given,
    the others stand in brackets, as in "IMDN (SwinIR-light)"."""
    source: str = ""
    """The publication that printed the figures."""
    where: dict[str, str] = Field(default_factory=dict)
    """Columns and the values that a row must have in them; other rows are skipped."""
    set: str = ""
    """The CSV's column that names the set, where each row holds one set's figures."""
    level: str = ""
    """The CSV's column that names the level, where each row holds one level's figures."""
    number: str = ""
    """The CSV's column with the numbers of the submissions in the organisers' repository; without it they
    begin the entries' names, as in 00_SPAN."""
    ranked: str = ""
    """The CSV's column that is empty for entries that the organisers did not rank."""

    @field_validator("where", mode="before")
    @classmethod
    def _as_text(cls, given: object) -> object:
        """Turn values into text, as cells of a CSV are: 2 in YAML is "2"."""
        return {k: str(v) for k, v in given.items()} if isinstance(given, dict) else given

    @property
    def entry_columns(self) -> tuple[str, ...]:
        """The columns that name an entry."""
        return (self.entry,) if isinstance(self.entry, str) else self.entry

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that say what a row is about."""
        named = (*self.entry_columns, self.set, self.level, self.number, self.ranked, *self.where)
        return tuple(dict.fromkeys(name for name in named if name))


class ColumnFacts(Facts):
    """The facts of one measured quantity."""

    title: str = ""
    unit: str = "1"
    better: Better
    metric: str = ""
    """The metric@protocol that measures it here; empty where there is none."""
    metric_of: dict[str, str] = Field(default_factory=dict)
    """Entries whose figures were made by another metric@protocol than the others'."""
    probe: str = ""
    """The probe@convention that measures it here; empty where there is none."""
    agreement: str = ""
    """The statistic@fit of a metric's values with opinions, where metrics compete: srcc, plcc@cubic."""
    not_here: str = ""
    """The reason why it cannot be measured here."""
    input: str = "3x256x256"
    """The size at which the probe measures."""
    set: str = ""
    """The one set it is measured on; empty for every set of the board."""
    level: str = ""
    """The one level; empty for every level of the board."""
    aggregate: Aggregate = "mean"
    """The aggregation of the values of single images."""
    factor: float = 1.0
    """The factor from the measured unit to the printed one: 1e-6 for parameters in millions."""
    published: str = ""
    """The CSV's column."""
    published_rank: str = ""
    """The CSV's column of ranks in this quantity, where those were printed too."""
    digits: int | None = Field(None, ge=0)
    """The number of decimals that were printed, if not those of the CSV."""
    tolerance: float | None = Field(None, ge=0)
    """The largest accepted difference of our measurement, in the printed unit; None where machines differ."""
    relative: bool = False
    """True when it may be compared only as a ratio to the baseline, as latencies of two machines."""

    @model_validator(mode="after")
    def _one_way(self) -> "ColumnFacts":
        ways = [self.metric, self.probe, self.agreement, self.not_here]
        if sum(map(bool, ways)) > 1:
            raise ValueError("give one of metric, probe, agreement and not_here")
        if not (any(ways) or self.published):
            raise ValueError(
                "it cannot be measured: give a metric, a probe, an agreement or a published column"
            )
        if self.metric_of and not self.metric:
            raise ValueError("metric_of names exceptions from a metric; give the metric")
        return self

    @property
    def measurable(self) -> bool:
        """True when it can be measured here."""
        return bool(self.metric or self.probe or self.agreement)
