"""Trials of the class "kill": a signal at a random or a chosen moment, then the same command again.

After a kill every record that was acknowledged is there. After the second run the store, the report or the
variant are those of an undisturbed run: nothing is lost, doubled, half written, or left behind.
"""

import os
import random
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from iqabench.run.restoring.ledger import CellLedger
from iqabench.store import Store, journal
from iqabench.store.writer import Writer
from trials.faults import at_call
from trials.trial import Command, Ended, Steps, Trial
from trials.works import NOTES, Work, Works, prepare, store_and_files, works_in

_SIGNALS = [signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
_ORDERLY = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGHUP: 129}
"""The exit status after a signal that a command can answer."""

_MOMENTS: dict[str, tuple[Any, str, bool]] = {
    "before a record": (Writer, "add", False),
    "after a record": (Writer, "add", True),
    "between crop and record": (CellLedger, "write_crops", True),
    "before Parquet": (journal, "write_record_file", False),
    "between Parquet and journal": (journal, "write_record_file", True),
    "before fsync": (os, "fsync", False),
    "before a rename": (Path, "replace", False),
    "after a rename": (Path, "replace", True),
    "at an opening": (Path, "open", False),
}
"""The functions at whose calls a signal is sent: owner, name, and whether after the call."""


def trials(seed: int, tries: int, inputs: Path) -> Iterator[Trial]:
    """Give trials of all commands in turn; signals and moments are drawn from the seed."""
    works = works_in(inputs.parent / "works-inputs")
    for number in range(tries):
        rng = random.Random(f"kill {seed} {number}")
        work = works.all[number % len(works.all)]
        chosen = rng.choice(_SIGNALS)
        moment = rng.choice(list(_MOMENTS)) if rng.random() < 0.5 else ""
        name = f"kill {number}"
        steps = partial(_steps, works, work, chosen, moment, rng)
        yield Trial(f"kill: {work.name}", name, steps)


def _steps(
    works: Works, work: Work, chosen: signal.Signals, moment: str, rng: random.Random, top: Path
) -> Steps:
    if fault := (yield from works.usual(work, top / "usual")):
        return fault
    folder = top / "killed"
    if fault := (yield from prepare(work, folder)):
        return fault
    told = f"{chosen.name} {moment or 'at random'}"
    if moment:
        before = partial(_kill_at, moment, chosen, rng.randrange(1, 12), folder)
        ended = yield Command(work.words, folder, before)
    else:
        at = rng.uniform(0, 1.1 * works.seconds(work))
        ended = yield Command(work.words, folder, partial(_note, folder), kill=(chosen, at))
    if fault := _fault_of_end(ended, chosen):
        return f"{told}: {fault}"
    if work.read is store_and_files:
        lost = yield Command([], folder, action=partial(_print_lost, folder))
        if lost.status or lost.out.strip():
            return f"{told}: acknowledged records are lost: {lost.out[:200]}{lost.err[-200:]}"
    fault = yield from works.judge(work, folder)
    return f"{told}: {fault}" if fault else ""


def _fault_of_end(ended: Ended, chosen: signal.Signals) -> str:
    if chosen == signal.SIGKILL and ended.status == -chosen:
        return ""
    return ended.fault(0, _ORDERLY.get(chosen, 0))


def _kill_at(moment: str, chosen: signal.Signals, count: int, folder: Path) -> None:
    _note(folder)
    owner, name, after = _MOMENTS[moment]
    if name == "write_record_file":
        count = 1
    elif name == "fsync":  # short runs wait for the disk a few times only
        count = min(count, 3)
    at_call(owner, name, count, partial(os.kill, os.getpid(), chosen), after=after)


def _note(folder: Path) -> None:
    """Write down every record as soon as the store says that it is safe."""
    handle = os.open(folder / NOTES, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    add = Writer.add

    def noted(self: Writer, records: Any, files: Any = ()) -> None:
        add(self, records, files)
        os.write(handle, "".join(f"{r.key}\t{r.sample}\n" for r in records).encode())

    Writer.add = noted  # type: ignore[method-assign]


def _print_lost(folder: Path) -> None:
    """Print the acknowledged records that the store has not."""
    noted = {tuple(line.split("\t")) for line in (folder / NOTES).read_text().splitlines()}
    with Store(folder / "store").connect() as connection:
        there = set(connection.execute("SELECT key, sample FROM records").fetchall())
    for lost in sorted(noted - there):
        print(*lost)
