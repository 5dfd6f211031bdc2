"""Levels: the strength of a degradation, as it is written after the name of a set (x4, n25, q10, heavy).

A level may have a choice behind its strength: x4-l2 is x4 with the second of several references.
"""

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
    choice: str = ""
    """The letter of a number that may follow the strength, as the l of x4-l2; empty without one."""
    choice_meaning: str = ""
    """The meaning of that number, such as "reference level"."""

    @property
    def example(self) -> str:
        """An example of a level, for messages."""
        return self.usual or f"{self.letter}{_EXAMPLES[self.kind]}"

    def matches(self, text: str) -> bool:
        """Return whether a text is a level of this kind."""
        choice = f"(-{re.escape(self.choice)}[1-9]\\d*)?" if self.choice else ""
        return (
            re.fullmatch(re.escape(self.letter) + _PATTERNS[self.kind] + choice, text) is not None
        )

    def split(self, text: str) -> tuple[str, int | None]:
        """Return a level without its choice, and the number of the choice: ("x4", 2) for x4-l2.

        Raises: UsageError when the text is not a level of this kind.
        """
        if not self.matches(text):
            raise UsageError(
                f"'{text}' is not a level; expected the {self.meaning}, as in {self.example}."
            )
        strength, dash, number = text.rpartition(f"-{self.choice}") if self.choice else ("", "", "")
        return (strength, int(number)) if dash else (text, None)

    def value(self, text: str) -> int | float | str:
        """Return the value of a level: 4 for x4, 12.5 for n12.5; a name is its own value.

        Raises: UsageError when the text is not a level of this kind.
        """
        number = self.split(text)[0].removeprefix(self.letter)
        if self.kind == "name":
            return number
        return int(number) if number.isdigit() else float(number)

    def fraction(self, text: str) -> Ratio:
        """Return the exact number of a level.

        Raises: UsageError when the text is not a level of this kind.
        """
        return exact_scale(self.split(text)[0].removeprefix(self.letter))
