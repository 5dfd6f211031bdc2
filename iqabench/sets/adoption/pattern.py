"""Patterns of paths: test/{clip}/blur/{frame}.png."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

_PLACEHOLDER = re.compile(r"\{(\w+)(?::([^{}]+))?\}")


class PathMatch(NamedTuple):
    """A path that fits a pattern."""

    root: str
    """The path before the part that the pattern is of."""
    values: dict[str, str]
    """The text that each placeholder stands for."""


@dataclass(frozen=True)
class Pattern:
    """The end of a path, with placeholders for text within one name."""

    text: str

    def match(self, path: str) -> PathMatch | None:
        """Return the values of the placeholders where the end of a path fits, in upper or lower case."""
        root, *tail = path.rsplit("/", self._depth)
        found = self._regex.fullmatch("/".join(tail)) if len(tail) == self._depth else None
        return PathMatch(root, found.groupdict()) if found else None

    def fill(self, values: dict[str, str]) -> str:
        """Return the pattern with values in place of its placeholders."""
        return _PLACEHOLDER.sub(lambda found: values[found[1]], self.text)

    def at_level(self, level: str) -> "Pattern":
        """Return the pattern with {level} and {strength} replaced by those of a level."""
        text = self.text.replace("{level}", level.replace("-", "_"))
        return Pattern(text.replace("{strength}", re.sub(r"^[a-z]+", "", level)))

    @cached_property
    def names(self) -> list[str]:
        """The names of the placeholders, in their order."""
        return list(dict.fromkeys(name for name, _ in _PLACEHOLDER.findall(self.text)))

    @cached_property
    def shown(self) -> str:
        """The pattern in messages, without regular expressions."""
        return _PLACEHOLDER.sub(r"{\1}", self.text)

    @cached_property
    def _depth(self) -> int:
        return _PLACEHOLDER.sub("", self.text).count("/") + 1

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        parts, seen, end = [], set(), 0
        for found in _PLACEHOLDER.finditer(self.text):
            name, expression = found[1], found[2] or "[^/]+?"
            parts.append(re.escape(self.text[end : found.start()]))
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{expression})")
            seen.add(name)
            end = found.end()
        return re.compile("".join(parts) + re.escape(self.text[end:]), re.IGNORECASE)
