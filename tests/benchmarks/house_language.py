"""Measurements of language: how docstrings and help texts begin.

Docstrings are those of modules, classes and functions, and the strings below attributes and
constants. Help texts are the `help=` of any call, as options and commands have them.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from house_structure import Module

FRAGMENTS = frozenset(
    "Of And By As Those In With To For From On At None Nothing".split()  # noqa: SIM905
)
"""First words of a sentence that lacks its beginning."""
OPENINGS = frozenset({"What", "Whether", "How", "Where", "Which"})
"""First words of a riddle: the sentence names a question and not the thing."""
NO_NOUNS = frozenset(
    "alone aside behind left later told lack whole kept begun made taught evidence".split()  # noqa: SIM905
)
"""Adverbs and participles that used to name modules and classes."""
DEFINITIONS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Text:
    """A docstring or a help text, and where it stands."""

    module: Module
    line: int
    text: str

    @property
    def first_word(self) -> str:
        """The first word, without quotes and backticks before it."""
        found = re.match(r"\W*(\w*)", self.text)
        return found.group(1) if found else ""

    def __str__(self) -> str:
        return f"{self.module.name}:{self.line} {self.text.strip().splitlines()[0][:90]!r}"


def docstrings(modules: Iterable[Module]) -> Iterator[Text]:
    """Yield every docstring of the package, those of attributes included."""
    for module in modules:
        for node in module.nodes:
            if isinstance(node, DEFINITIONS):
                text = ast.get_docstring(node)
                if text:
                    yield Text(module, getattr(node, "lineno", 1), text)
            yield from _below_attributes(module, node)


def _below_attributes(module: Module, node: ast.AST) -> Iterator[Text]:
    body = getattr(node, "body", None)
    if not isinstance(body, list):
        return
    for before, after in pairwise(body):
        text = _string(after.value) if isinstance(after, ast.Expr) else None
        if text and isinstance(before, (ast.Assign, ast.AnnAssign)):
            yield Text(module, after.lineno, text)


def help_texts(modules: Iterable[Module]) -> Iterator[Text]:
    """Yield the `help=` of every call."""
    for module in modules:
        for node in module.nodes:
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    text = _string(keyword.value) if keyword.arg == "help" else None
                    if text:
                        yield Text(module, keyword.value.lineno, text)


def _string(node: ast.AST) -> str | None:
    """Return the text of a string, or what an f-string begins with."""
    if isinstance(node, ast.JoinedStr) and node.values:
        return _string(node.values[0])
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def fragments(texts: Iterable[Text]) -> list[Text]:
    """List the texts that begin with a word of `FRAGMENTS`."""
    return [text for text in texts if text.first_word in FRAGMENTS]


def openings(texts: Iterable[Text]) -> list[Text]:
    """List the texts that begin with a word of `OPENINGS`."""
    return [text for text in texts if text.first_word in OPENINGS]


def misnamed(modules: Iterable[Module]) -> list[str]:
    """List modules and classes that one of `NO_NOUNS` names."""
    names = []
    for module in modules:
        if module.name.rpartition(".")[2].strip("_") in NO_NOUNS:
            names.append(module.name)
        names += [
            f"{module.name}.{node.name}"
            for node in module.nodes
            if isinstance(node, ast.ClassDef) and node.name.strip("_").lower() in NO_NOUNS
        ]
    return names
