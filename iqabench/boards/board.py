"""The vocabulary of a board's YAML; nothing in it is evaluated."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from pydantic import Field, model_validator

from iqabench.boards.column import Better, ColumnFacts, Published
from iqabench.boards.quantity import Quantity, quantities_of
from iqabench.boards.remark import Remark
from iqabench.boards.score import ScoreFormula
from iqabench.boards.track import Gate, Track
from iqabench.errors import UsageError
from iqabench.facts import Facts
from iqabench.tasks import TaskName, task_named

EVERY_LEVEL = ""
"""The word that stands for all levels and sets, where a model is not made for a single one."""


class Erratum(Facts):
    """A published figure that is known to be wrong."""

    entry: str
    of: str
    """The column, score or track that was printed wrong."""
    instead: float | None = Field(None, allow_inf_nan=False)
    """The right figure, where it is known. That of a column corrects an input: scores and ranks are then told
    twice, as printed and corrected."""
    why: str = Field(min_length=1)

    @property
    def words(self) -> str:
        """The erratum in words: "9.108 is right; an operator is not seen"."""
        right = "" if self.instead is None else f"{self.instead:g} is right; "
        return f"{right}{self.why}"


class Board(Facts):
    """A challenge or a table: its columns, gates, scores and tracks."""

    name: str
    title: str
    source: str
    task: TaskName = "sr"
    scale: int = 1
    notes: str = ""
    sets: dict[str, str] = Field(default_factory=dict)
    """The CSV's word for a set (or the set's own name), and the set here: its name, or a folder beside this
    file as in ./photos. It is empty where the set cannot be had; a user who has it names its folder."""
    levels: dict[str, str] = Field(default_factory=dict)
    """The CSV's word for a level of noise or quality, and the level here: "25": n25."""
    opinions: str = ""
    """The set of opinions, where metrics compete."""
    baseline: str = ""
    """The entry that ratios refer to."""
    models: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    """Entries that are registered here, and their ids; by level or set where a model is made for one only."""
    published: Published | None = None
    columns: dict[str, ColumnFacts]
    gates: tuple[Gate, ...] = ()
    scores: dict[str, ScoreFormula] = Field(default_factory=dict)
    tracks: tuple[Track, ...] = ()
    errata: tuple[Erratum, ...] = ()
    remarks: tuple[Remark, ...] = ()
    file: Path = Path()
    """The file of the board."""

    @model_validator(mode="after")
    def _spread_means_over_sets(self) -> "Board":
        """Tell each mean over sets the quantities of its column, one for each set and level."""
        for name, score in self.scores.items():
            column = score.mean_over_sets
            if column is not None:
                of_column = [q.name for q in self.quantities.values() if q.column == column]
                if len(of_column) < 2:
                    raise ValueError(
                        f"the score {name} is the mean of {column} over sets, and there "
                        f"{'is only one set of that column' if of_column else 'is no such column'}"
                    )
                score.take_over(of_column)
        return self

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """The columns as entries hold them: one for each set and level."""
        return quantities_of(self.columns, self.sets, self.levels, self.published)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that scores, gates and tracks may refer to."""
        return frozenset((*self.quantities, *self.scores))

    @property
    def ranks_metrics(self) -> bool:
        """True when metrics compete, and not models."""
        return task_named(self.task).ranks == "metrics"

    @property
    def has_scales(self) -> bool:
        """True when a model of the board's task is made for one scale."""
        return task_named(self.task).has_scales

    @property
    def model_ids(self) -> dict[str, None]:
        """Every registered model of the board, once."""
        return {id_: None for name in self.models for id_ in self.models_of(name).values()}

    def models_of(self, entry: str) -> dict[str, str]:
        """Return the model of an entry by the word for its level or set, or by the empty word where it is
        made for all of them.
        """
        given = self.models.get(entry, {})
        return {EVERY_LEVEL: given} if isinstance(given, str) else given

    def metric_of(self, quantity: Quantity, model: str) -> str:
        """Return the column by which a quantity is measured on a model: the one by which its entry's figures
        were made.
        """
        return next(
            (
                metric
                for entry, metric in quantity.facts.metric_of.items()
                if model in self.models_of(entry).values()
            ),
            quantity.facts.metric,
        )

    def with_sets(self, folders: Mapping[str, str]) -> "Board":
        """Return the same board with folders of sets that the user has.

        Raises: UsageError for words that the board does not use.
        """
        words = [*self.sets, *filter(None, [self.opinions])]
        for word in folders:
            if word not in words:
                known = ", ".join(words) or "none"
                raise UsageError(f"the board {self.name} has no set '{word}'; it has {known}.")
        facts = self.model_dump(exclude_unset=True)
        return Board.model_validate({**facts, "sets": {**self.sets, **folders}})

    def track(self, name: str) -> Track | None:
        """Return the track of that name, or the first for an empty name."""
        return next((t for t in self.tracks if not name or t.name == name), None)

    def better(self, name: str) -> Better:
        """Return the direction of a column or score."""
        if name in self.scores:
            return self.scores[name].better
        return self.quantities[name].facts.better

    def erratum(self, entry: str, of: str) -> Erratum | None:
        """Return what is known to be wrong with a published figure, or None."""
        return next((e for e in self.errata if (e.entry, e.of) == (entry, of)), None)

    def remarks_on(self, entry: str, quantity: Quantity) -> list[Remark]:
        """Return the remarks on an entry's published figure in a quantity."""
        return [one for one in self.remarks if one.is_about(entry, quantity)]

    def is_apart(self, entry: str, quantity: Quantity) -> bool:
        """Return whether an entry's published figure compares with no other, as a remark says."""
        return any(not one.compares for one in self.remarks_on(entry, quantity))
