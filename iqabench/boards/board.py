"""What a board's YAML may say: the whole vocabulary, and nothing is evaluated."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field

from iqabench.boards.column import Better, ColumnFacts, Published
from iqabench.boards.quantity import Quantity, quantities_of
from iqabench.boards.score import ScoreFormula
from iqabench.boards.track import Gate, Track
from iqabench.errors import UsageError
from iqabench.facts import Facts

EVERY_LEVEL = ""
"""Stands for all levels where a model is not for one of them alone."""


class Erratum(Facts):
    """A published figure that is known to be wrong."""

    entry: str
    of: str
    """A column, a score or a track."""
    instead: float | None = None
    """What is right, where that is known."""
    why: str


class Board(Facts):
    """One board."""

    name: str
    title: str
    source: str
    task: Literal["sr", "denoise", "jpeg", "iqa"] = "sr"
    scale: int = 1
    notes: str = ""
    sets: dict[str, str] = Field(default_factory=dict)
    """The CSV's word for a set (or the set's own name), and the set here: its name, or a folder beside this
    file as in ./photos; empty where it is not to be had, and whoever has it says where."""
    levels: dict[str, str] = Field(default_factory=dict)
    """The CSV's word for a level of noise or quality, and the level here: "25": n25."""
    opinions: str = ""
    """The set of opinions, where metrics compete."""
    baseline: str = ""
    """The entry that ratios refer to."""
    models: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    """Entries that are registered here, and their ids; by level where a model is for one alone."""
    published: Published | None = None
    columns: dict[str, ColumnFacts]
    gates: tuple[Gate, ...] = ()
    scores: dict[str, ScoreFormula] = Field(default_factory=dict)
    tracks: tuple[Track, ...] = ()
    errata: tuple[Erratum, ...] = ()
    file: Path = Path()
    """Where it stands."""

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """The columns as entries hold them: one for each set and level."""
        return quantities_of(self.columns, self.sets, self.levels, self.published)

    @cached_property
    def names(self) -> frozenset[str]:
        """What scores, gates and tracks may refer to."""
        return frozenset((*self.quantities, *self.scores))

    @property
    def model_ids(self) -> dict[str, None]:
        """Every registered model of the board, once."""
        return {id_: None for name in self.models for id_ in self.models_of(name).values()}

    def models_of(self, entry: str) -> dict[str, str]:
        """The model of an entry by the word for its level; by the empty word where it is for all."""
        given = self.models.get(entry, {})
        return {EVERY_LEVEL: given} if isinstance(given, str) else given

    def metric_of(self, quantity: Quantity, model: str) -> str:
        """How a quantity is measured on a model: as its entry's figures were made."""
        return next(
            (
                metric
                for entry, metric in quantity.facts.metric_of.items()
                if model in self.models_of(entry).values()
            ),
            quantity.facts.metric,
        )

    def with_sets(self, folders: Mapping[str, str]) -> "Board":
        """The same board with sets that somebody has.

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
        """The track of that name; the first for an empty one."""
        return next((t for t in self.tracks if not name or t.name == name), None)

    def better(self, name: str) -> Better:
        """The direction of a column or score."""
        if name in self.scores:
            return self.scores[name].better
        return self.quantities[name].facts.better

    def erratum(self, entry: str, of: str) -> Erratum | None:
        """What is known to be wrong with a published figure, if anything is."""
        return next((e for e in self.errata if (e.entry, e.of) == (entry, of)), None)
