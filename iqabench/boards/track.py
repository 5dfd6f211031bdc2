"""Gates and tracks: the entries that are ranked, and the quantity that decides."""

from typing import Literal

from pydantic import model_validator

from iqabench.facts import Facts

_BOUNDS = {"at_least": "at least", "at_most": "at most", "above": "above", "below": "below"}


class Gate(Facts):
    """A bound that an entry must meet to be ranked."""

    of: str
    """The column or score that is bounded."""
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    """A lower bound like at_least, the bound itself excluded."""
    below: float | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> "Gate":
        if sum(getattr(self, name) is not None for name in _BOUNDS) != 1:
            raise ValueError(f"give one of {', '.join(_BOUNDS)}")
        return self

    @property
    def bound(self) -> str:
        """The bound in words: "at least 26.9"."""
        bound = next(bound for bound in _BOUNDS if getattr(self, bound) is not None)
        return f"{_BOUNDS[bound]} {getattr(self, bound):g}"

    @property
    def words(self) -> str:
        """The gate in words: "psnr_val at least 26.9"."""
        return f"{self.of} {self.bound}"

    def met_by(self, value: float) -> bool:
        """Return whether a value meets the gate."""
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )


class Track(Facts):
    """One ranking of a board."""

    name: str
    title: str = ""
    rank: str
    """The column or score that decides, in its own direction."""
    gates: tuple[Gate, ...] = ()
    """Gates beside the board's own: an entry that meets them stands in this track."""
    published: str = ""
    """The CSV's column of ranks."""
    ties: Literal["competition", "dense"] = "competition"
    """The rank after a tie: after two firsts comes a third (competition), or a second (dense)."""
