"""What a board measures, and where its published figures stand."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from iqabench.facts import Facts

Better = Literal["higher", "lower"]
Aggregate = Literal["mean", "root_mean_square"]


class Published(Facts):
    """The published figures: a CSV beside the boards, in `published/`."""

    file: str
    entry: str | tuple[str, ...]
    """Its column that names whose figures a row holds: a team, a method. With several columns the others
    stand in brackets, as in "IMDN (SwinIR-light)"."""
    source: str = ""
    """Where the figures were printed."""
    where: dict[str, str] = Field(default_factory=dict)
    """Only rows whose columns have these values."""
    set: str = ""
    """Its column that names the set, where each row holds one set's figures."""
    level: str = ""
    """Its column that names the level, where each row holds one level's figures."""
    number: str = ""
    """Its column with the numbers of the submissions in the organisers' repository; else they begin the
    entries' names, as in 00_SPAN."""
    ranked: str = ""
    """Its column that is empty for those whom the organisers did not rank."""

    @field_validator("where", mode="before")
    @classmethod
    def _as_text(cls, given: object) -> object:
        """Cells of a CSV are text: 2 in YAML is "2"."""
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
    """One measured quantity."""

    title: str = ""
    unit: str = "1"
    better: Better
    metric: str = ""
    """How it is measured here, as metric@protocol; empty where it cannot be."""
    metric_of: dict[str, str] = Field(default_factory=dict)
    """Entries whose figures were made by another metric@protocol than the others'."""
    probe: str = ""
    """Or as probe@convention."""
    agreement: str = ""
    """Or, where metrics compete, as statistic@fit of their values with opinions: srcc, plcc@cubic."""
    not_here: str = ""
    """Or why it cannot be measured here."""
    input: str = "3x256x256"
    """Size at which the probe measures."""
    set: str = ""
    """The one set it is measured on; else every set of the board."""
    level: str = ""
    """The one level; else every level of the board."""
    aggregate: Aggregate = "mean"
    """What is made of the values of single images."""
    factor: float = 1.0
    """From the measured unit to the printed one: 1e-6 for parameters in millions."""
    published: str = ""
    """The CSV's column."""
    published_rank: str = ""
    """Its column of ranks in this quantity, where those were printed, too."""
    digits: int | None = Field(None, ge=0)
    """Decimals that were printed; else those of the CSV."""
    tolerance: float | None = Field(None, ge=0)
    """Largest accepted difference of our measurement, in the printed unit; none where machines differ."""
    relative: bool = False
    """Whether it may only be compared as a ratio to the baseline, as latencies of two machines."""

    @model_validator(mode="after")
    def _one_way(self) -> "ColumnFacts":
        ways = [self.metric, self.probe, self.agreement, self.not_here]
        if sum(map(bool, ways)) > 1:
            raise ValueError("give one of metric, probe, agreement and not_here")
        if not (any(ways) or self.published):
            raise ValueError(
                "nobody measures it: give a metric, a probe, an agreement or a published column"
            )
        if self.metric_of and not self.metric:
            raise ValueError("metric_of names exceptions from a metric; give the metric")
        return self

    @property
    def measurable(self) -> bool:
        """Whether it can be measured here at all."""
        return bool(self.metric or self.probe or self.agreement)
