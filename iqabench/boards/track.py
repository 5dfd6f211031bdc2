"""Who is ranked, by what."""

from typing import Literal

from pydantic import model_validator

from iqabench.facts import Facts

_BOUNDS = {"at_least": "at least", "at_most": "at most", "above": "above", "below": "below"}


class Gate(Facts):
    """What an entry must meet to be ranked."""

    of: str
    """A column or a score."""
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    """As at_least, the bound itself not included."""
    below: float | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> "Gate":
        if sum(getattr(self, name) is not None for name in _BOUNDS) != 1:
            raise ValueError(f"give one of {', '.join(_BOUNDS)}")
        return self

    @property
    def bound(self) -> str:
        """At least 26.9."""
        name = next(name for name in _BOUNDS if getattr(self, name) is not None)
        return f"{_BOUNDS[name]} {getattr(self, name):g}"

    @property
    def words(self) -> str:
        """psnr_val at least 26.9."""
        return f"{self.of} {self.bound}"

    def met_by(self, value: float) -> bool:
        """Whether a value meets it."""
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )


class Track(Facts):
    """One ranking."""

    name: str
    title: str = ""
    rank: str
    """The column or score that decides, in its own direction."""
    gates: tuple[Gate, ...] = ()
    """Beside the board's: who meets them stands in this track."""
    published: str = ""
    """The CSV's column of ranks."""
    ties: Literal["competition", "dense"] = "competition"
    """After two firsts comes a third, or a second."""
