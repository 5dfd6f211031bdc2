"""Descriptions of published state dictionaries: the names and the shapes of their tensors, in patterns.

    san_x4: 967 tensors, 15,860,512 values in the state dict ...; trainable 15,860,512
    RG.{0..19}.rcab.{0..9}.conv_first.{0,2}.weight [64, 64, 3, 3] x400
    down.{64,128}_{2,4}.body.{0..1}.top.4.filt [128, 1, 3, 3] x12  (not every combination)

`{0..3}` stands for 0, 1, 2, 3; `{0,9..36}` for 0, 9, 18, 27, 36.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts" / "keys"
_LINE = re.compile(
    r"(?P<names>\S+) \[(?P<shape>[\d, ]*)\](?: x(?P<number>\d+))?(?P<some>  \(not.*)?"
)
_HEAD = re.compile(r"(?P<tensors>[\d,]+) tensors, (?P<values>[\d,]+) values")


@dataclass(frozen=True)
class Pattern:
    """One line of a description."""

    names: frozenset[str]
    """All names that the braces can stand for."""
    shape: tuple[int, ...]
    number: int
    every: bool
    """True when there is a tensor for each name."""


@dataclass(frozen=True)
class PublishedState:
    """The description of one file of weights."""

    tensors: int
    values: int
    trainable: int | None
    patterns: tuple[Pattern, ...]

    def differences(self, shapes: Mapping[str, tuple[int, ...]]) -> Iterator[str]:
        """Yield the differences between the description and the tensors of a network."""
        left = dict(shapes)
        for pattern in self.patterns:
            fitting = {n for n in pattern.names if shapes.get(n) == pattern.shape}
            if len(fitting) != pattern.number or (pattern.every and fitting != pattern.names):
                yield f"{sorted(pattern.names)[:3]} {pattern.shape}: {len(fitting)} of {pattern.number}"
            for name in fitting:
                left.pop(name, None)
        if left:
            yield f"{len(left)} tensors that no published file has: {sorted(left)[:3]}"


def published_state(name: str) -> PublishedState:
    """Return the description of a file of weights; the test is skipped without it."""
    path = FACTS / f"{name}.txt"
    if not path.is_file():
        pytest.skip(f"NO FACTS: {path} describes the published weights")
    head, *lines = path.read_text().splitlines()
    counts = _HEAD.search(head)
    assert counts, head
    trainable = re.search(r"trainable ([\d,]+)", head)
    return PublishedState(
        tensors=_number(counts["tensors"]),
        values=_number(counts["values"]),
        trainable=_number(trainable[1]) if trainable else None,
        patterns=tuple(_pattern(line) for line in lines if line.strip()),
    )


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _pattern(line: str) -> Pattern:
    match = _LINE.fullmatch(line)
    assert match, line
    shape = tuple(int(side) for side in match["shape"].split(",") if side.strip())
    names = frozenset(_expanded(match["names"]))
    return Pattern(names, shape, int(match["number"] or 1), every=match["some"] is None)


def _expanded(names: str) -> Iterator[str]:
    pieces = re.split(r"\{([^}]*)\}", names)
    choices = [list(_choices(p)) if odd % 2 else [p] for odd, p in enumerate(pieces)]
    for combination in itertools.product(*choices):
        yield "".join(combination)


def _choices(braces: str) -> Iterator[str]:
    before: list[int] = []
    for piece in braces.split(","):
        first, dots, last = piece.partition("..")
        if not dots:
            yield first
        elif before:  # 0,9..36 goes on with the step from 0 to 9
            step = int(first) - before[-1]
            yield from map(str, range(int(first), int(last) + 1, step))
        else:
            yield from map(str, range(int(first), int(last) + 1))
        before += [int(first)] if first.isdigit() else []
