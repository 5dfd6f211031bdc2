"""What metrics are measured against: the oracles of tests/metrics, called as the tests there call them.

An oracle's cases are pairs of values, ours and its own; nothing is imported or computed before they are asked
for. The tables stand in oracles_full.py, oracles_alone.py, oracles_learned.py, oracles_frechet.py and
oracles_inputs.py.
"""

import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from iqabench.images import Image, Pair
from iqabench.metrics import metrics

Value = Any
"""A number, or an array of them."""
Cases = Iterator[tuple[Value, Value]]
Both = Callable[[Image, Image], float]


@dataclass(frozen=True)
class Oracle:
    """One row of the table."""

    metric: str
    words: str
    on: str
    cases: Callable[[], Cases]
    relative: bool = True
    others: str = ""


def test(name: str) -> Any:
    """A module of tests/metrics; pytest imports it under the same name."""
    tests = str(Path(__file__).parents[1])
    if tests not in sys.path:
        sys.path.insert(0, tests)
    return importlib.import_module(f"metrics.{name}")


def real_image(sha256: str) -> Image:
    """The image of that checksum; pytest's Skipped where the mirror lacks it."""
    found = inspect.unwrap(test("conftest").real_image)(os.environ.get("IQABENCH_MIRROR", ""))
    image: Image = found(sha256)
    return image


def parameters(function: Any) -> list[Any]:
    """The cases of a parametrized test."""
    found: list[Any] = function.pytestmark[0].args[1]
    return found


def every() -> Iterable[tuple[Image, Image]]:
    """55."""
    found: Iterable[tuple[Image, Image]] = test("damage").PAIRS
    return found


def usual() -> Iterable[tuple[Image, Image]]:
    """30, of the damages that most metrics were made for."""
    damage = test("damage")
    return [(damage.DAMAGES[n](t), t) for n in damage.USUAL for t in damage.photographs()]


def cuts() -> Iterable[tuple[Image, Image]]:
    """24, of odd and even sides around 200."""
    damage = test("damage")
    return [pair for name in damage.USUAL for pair in damage.pairs(name)]


EVERY = "demo photographs under 11 damages"
USUAL = "demo photographs under 6 damages"
CUTS = "parts of demo photographs under 6 damages"
PAIRS = {EVERY: every, USUAL: usual, CUTS: cuts}


def full(
    name: str,
    words: str,
    on: str,
    theirs: Callable[[Any], Both],
    others: str = "",
    *,
    of: str = "",
    pairs: Callable[[], Iterable[tuple[Image, Image]]] | None = None,
) -> Oracle:
    """A full-reference metric; `theirs` is given the module of its test, test_NAME or test_OF."""

    def cases() -> Cases:
        oracle, ours = theirs(test(f"test_{of or name}")), metrics().get(name)
        for output, target in (pairs or PAIRS[on])():
            yield ours(Pair(output, target)), oracle(output, target)

    return Oracle(name, words, on, cases, others=others)


@contextmanager
def bench() -> Iterator[tuple[Callable[..., Any], Path, Any]]:
    """What makes a test's fixtures outside of pytest, a folder, and a monkeypatch."""
    from pytest import MonkeyPatch  # noqa: PLC0415, PT013

    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        patch = stack.enter_context(MonkeyPatch.context())

        def made(fixture: Any, *given: Any) -> Any:
            found = inspect.unwrap(fixture)(*given)
            if inspect.isgenerator(found):
                stack.callback(next, found, None)
                return next(found)
            return found

        yield made, Path(folder), patch


MATLAB = "the authors' MATLAB, in double"
DEFINITION = "the definition, in double"
TID = "five images of TID2013"
CHANCE = ", both with weights of chance"
