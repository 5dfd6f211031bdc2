"""Levels: how strong a degradation is, as it is written behind a set's name (x4, n25, q10, heavy)."""

import re
from dataclasses import dataclass
from typing import Literal

from iqabench.errors import UsageError
from iqabench.tasks.core.scale import Ratio, exact_scale

LevelKind = Literal["integer", "decimal", "name"]

_PATTERNS: dict[LevelKind, str] = {
    "integer": r"[1-9]\d*",
    "decimal": r"(?:0\.\d*[1-9]|[1-9]\d*(?:\.\d*[1-9])?)",
    "name": r"[a-z][a-z0-9-]*",
}
_EXAMPLES: dict[LevelKind, str] = {"integer": "4", "decimal": "12.5", "name": "heavy"}


@dataclass(frozen=True)
class Level:
    """The way in which a task writes the strength of its degradation."""

    letter: str
    """The letter before the number, such as x; empty where levels are names."""
    kind: LevelKind
    """The kind of what stands behind the letter."""
    meaning: str
    """The meaning of the number, such as "scale"."""

    @property
    def example(self) -> str:
        """A level as one writes it."""
        return f"{self.letter}{_EXAMPLES[self.kind]}"

    def matches(self, text: str) -> bool:
        """Return whether a text is a level of this kind."""
        return re.fullmatch(re.escape(self.letter) + _PATTERNS[self.kind], text) is not None

    def value(self, text: str) -> int | float | str:
        """Return what a level says: 4 of x4, 12.5 of n12.5, the name itself of a name.

        Raises: UsageError when it is no level of this kind.
        """
        if not self.matches(text):
            raise UsageError(
                f"'{text}' is no level; expected the {self.meaning}, as in {self.example}."
            )
        number = text.removeprefix(self.letter)
        if self.kind == "name":
            return number
        return int(number) if number.isdigit() else float(number)

    def fraction(self, text: str) -> Ratio:
        """Return the number of a level, exactly.

        Raises: UsageError when it is no level of this kind.
        """
        self.value(text)
        return exact_scale(text.removeprefix(self.letter))
