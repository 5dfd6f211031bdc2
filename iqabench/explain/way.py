"""The way: one of the habits' choices, with the words that explain it and its cost."""

from typing import NamedTuple


class Way(NamedTuple):
    """A way of doing one step of an evaluation."""

    words: str
    """The departure from the papers' way, and what to change; without a full stop."""
    cost: int = 0
    """A measure of how unusual it is: 0 for the papers' way, 1 usual elsewhere, 2 seen, 3 rare."""

    @property
    def departure(self) -> str:
        """The way itself, without the advice."""
        return self.words.partition("; ")[0]
