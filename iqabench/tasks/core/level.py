"""Levels: the strength of a degradation, as it is written after the name of a set (x4, n25, q10, heavy)."""

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
    """The kind of text that follows the letter."""
    meaning: str
    """The meaning of the number, such as "scale"."""
    usual: str = ""
    """A level that the literature uses, for messages."""

    @property
    def example(self) -> str:
        """An example of a level, for messages."""
        return self.usual or f"{self.letter}{_EXAMPLES[self.kind]}"

    def matches(self, text: str) -> bool:
        """Return whether a text is a level of this kind."""
        return re.fullmatch(re.escape(self.letter) + _PATTERNS[self.kind], text) is not None

    def value(self, text: str) -> int | float | str:
        """Return the value of a level: 4 for x4, 12.5 for n12.5; a name is its own value.

        Raises: UsageError when the text is not a level of this kind.
        """
        if not self.matches(text):
            raise UsageError(
                f"'{text}' is not a level; expected the {self.meaning}, as in {self.example}."
            )
        number = text.removeprefix(self.letter)
        if self.kind == "name":
            return number
        return int(number) if number.isdigit() else float(number)

    def fraction(self, text: str) -> Ratio:
        """Return the exact number of a level.

        Raises: UsageError when the text is not a level of this kind.
        """
        self.value(text)
        return exact_scale(text.removeprefix(self.letter))
