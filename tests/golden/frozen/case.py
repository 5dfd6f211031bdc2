"""Cases: single measurements, each in an empty folder of its own, and how they are made and compared."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .difference import Rule, of_record
from .file import plain
from .records import Entries


@dataclass(frozen=True)
class Case:
    """One measurement."""

    name: str
    measure: Callable[[Path], Entries]
    """From an empty folder, which is the current one meanwhile, to what was found."""
    mirror: bool = False
    """Whether it needs real images or weights, which `IQABENCH_MIRROR` names."""
    quick: bool = True
    """Whether the test suite measures it, too."""
    rule: Rule = of_record


def measured(case: Case) -> Entries:
    """Measure a case in an empty folder; places of this machine do not stand in the entries."""
    home = os.environ.get("IQABENCH_HOME", "")
    with tempfile.TemporaryDirectory(prefix="golden-") as made:
        here = Path(made).resolve()
        with contextlib.chdir(here):
            found = plain(case.measure(here))
        for entry in found.values():
            if entry.get("error"):
                entry["error"] = (
                    entry["error"].replace(home or str(here), "HOME").replace(str(here), ".")
                )
    return dict(found)


@contextlib.contextmanager
def own_environment() -> Iterator[None]:
    """An empty home, no network and no store but those that are named; the mirror stays as it is."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="golden-home-") as home:
        os.environ.update(IQABENCH_HOME=home, IQABENCH_OFFLINE="1")
        os.environ.pop("IQABENCH_STORE", None)
        if os.environ.get("IQABENCH_MIRROR"):
            places = os.environ["IQABENCH_MIRROR"].split(os.pathsep)
            os.environ["IQABENCH_MIRROR"] = os.pathsep.join(str(Path(p).resolve()) for p in places)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
