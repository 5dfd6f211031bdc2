"""The commands that trials disturb, and the results by which a disturbed and repeated command is judged."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from iqabench.store import Store
from trials.inputs import folder_of_images
from trials.trial import Command, Steps

NOTES = "notes.txt"
"""The name of a file that a trial may leave in its folder."""


@dataclass(frozen=True)
class Work:
    """A command, and the reading of what it leaves."""

    name: str
    words: list[str]
    read: Callable[[Path], object]
    """Returns what the command left in a folder, comparable; called in a process of its own."""
    before: tuple[str, ...] = ()
    """The words of a command that runs before, undisturbed."""


@dataclass(frozen=True)
class Usual:
    """The result of an undisturbed command, and the seconds it takes."""

    result: str
    seconds: float


@cache
def works_in(inputs: Path) -> "Works":
    """Return the commands on the images below a folder: one for all classes, which share what is usual."""
    return Works(inputs)


class Works:
    """The commands, and how they end when nothing disturbs them."""

    def __init__(self, inputs: Path) -> None:
        targets = str(folder_of_images(inputs / "targets"))
        outputs = str(folder_of_images(inputs / "outputs", offset=50))
        run = ("run --model bicubic --model pocket --scale 4 --store store --set", targets)
        score = ("score --column psnr --column ssim --store store", outputs, "--target", targets)
        prune = (
            "compress prune --model pocket --ratio 0.3 --no-timing --out variant --set",
            targets,
        )
        report = ("report --html --out report --store store",)
        self.all = [
            Work("run", [*_words(run), "--save-outputs", "saved"], store_and_files),
            Work("score", _words(score), store_and_files),
            Work("report", _words(report), files_beside_the_store, tuple(_words(run))),
            Work("compress", _words(prune), files_beside_the_store),
        ]
        self._usual: dict[str, Usual] = {}

    def usual(self, work: Work, folder: Path) -> Steps:
        """Run a command undisturbed, unless that has been done; return its fault."""
        if work.name in self._usual:
            return ""
        fault = yield from prepare(work, folder)
        ended = yield Command(work.words, folder)
        if fault := fault or ended.fault(0):
            return f"undisturbed: {fault}"
        self._usual[work.name] = Usual((yield reading(work, folder)).out, ended.seconds)
        return ""

    def seconds(self, work: Work) -> float:
        """Return the seconds that an undisturbed command takes."""
        return self._usual[work.name].seconds

    def judge(self, work: Work, folder: Path) -> Steps:
        """Repeat a command that was disturbed; return how its result differs from the undisturbed one."""
        ended = yield Command(work.words, folder)
        was_finished = work.name == "compress" and ended.status == 1 and "exists" in ended.err
        if not was_finished and (fault := ended.fault(0)):
            return f"the second run: {fault}"
        found = (yield reading(work, folder)).out
        return difference(self._usual[work.name].result, found)


def prepare(work: Work, folder: Path) -> Steps:
    """Make the folder of a command, with what the command needs; return a fault."""
    folder.mkdir()
    if not work.before:
        return ""
    return (yield Command(list(work.before), folder)).fault(0)


def reading(work: Work, folder: Path) -> Command:
    """Return the command that prints what a command left."""
    return Command([], folder, action=partial(_print_result, work, folder))


def store_and_files(folder: Path) -> object:
    """Return the records of the store without times and names of runs, and every other file by name."""
    with Store(folder / "store").connect() as connection:
        asked = 'SELECT key, sample, "column", status, value FROM {} ORDER BY ALL'
        records = connection.execute(asked.format("records")).fetchall()
        doubled = len(connection.execute(asked.format("stored")).fetchall()) - len(records)
    left = [p for p in _files(folder / "store" / "records") if not p.endswith(".parquet")]
    names = [p for p in _files(folder) if not p.startswith("store/records/")]
    return {"records": records, "doubled": doubled, "files": names, "left": left}


def files_beside_the_store(folder: Path) -> object:
    """Return the names of all files but those of the store."""
    return [p for p in _files(folder) if not p.startswith("store/")]


def difference(expected: str, found: str) -> str:
    """Return how two results differ; empty when they are equal."""
    there, here = set(expected.splitlines()), set(found.splitlines())
    if there == here:
        return ""
    return f"missing: {sorted(there - here)[:4]}, too many: {sorted(here - there)[:4]}"


def _print_result(work: Work, folder: Path) -> None:
    print(json.dumps(work.read(folder), indent=0))


def _words(parts: tuple[str, ...]) -> list[str]:
    """Return the words of a command: those of the first part, then paths as they are."""
    return [*parts[0].split(), *parts[1:]]


def _files(folder: Path) -> list[str]:
    names = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return sorted(name for name in names if name != NOTES)
