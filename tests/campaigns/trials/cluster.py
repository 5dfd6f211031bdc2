"""Kills of whole sweeps on a Ray cluster: a worker, a node or the driver, at random moments.

Three nodes run on the loopback interface; a sweep is a command of models and sets. After a kill of the
driver the same command is typed again; a node that was killed comes back. A record that the store held before
a kill is acknowledged: it must be there at the end, with its value. At the end the records are those of an
undisturbed local run to the last digit, each once, and so are the pictures.

What was at work at two kills, an image or the loading of a model, is taken for poison, as it should be, and
failed with that reason; the same command, typed once more, runs it again. How often that happened is part of
the table.
"""

import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import psutil

sys.path.append(str(Path(__file__).parents[2]))

from cluster.nodes import Nodes, actors_below, below, is_agent, title_of
from cluster.sweeps import (
    Row,
    difference,
    end_of,
    good,
    identity,
    pictures,
    prepare_driver,
    rows_of,
    start,
    twice,
)

from trials.cluster_tally import Tally, print_table

_LIMIT_S = 240.0
"""A sweep that takes longer from its last kill on has hung."""
_KINDS = ("worker", "worker", "worker", "node", "driver")
_PAUSES_S = (0.1, 3.0)
"""The shortest and the longest time between two kills of a sweep."""


@dataclass(frozen=True)
class Sweep:
    """A command of models and sets, and the records that fail in it by intention."""

    name: str
    words: str
    fails: str = ""
    """The model that fails at the image `c` of the set `birds`."""
    starts_ray: bool = False
    """True when the command starts a cluster of its own instead of using that of the campaign."""


SWEEPS = (
    Sweep("several models, with pictures", "zoo:slow pocket bicubic birds walls --save-outputs"),
    Sweep("second pass", "zoo:slow bicubic zoo:quick birds walls --column psnr --column psnr@consensus-y"),
    Sweep("a model that ends its interpreter", "zoo:slow zoo:leaves birds walls", "zoo:leaves"),
    Sweep("a cluster of its own", "zoo:slow bicubic birds walls", starts_ray=True),
    Sweep("a model that hangs", "zoo:slow zoo:hangs birds walls --time-limit 4", "zoo:hangs"),
)  # fmt: skip


def campaign(kills: int, seed: int, work: Path) -> int:
    """Disturb sweeps until so many processes were killed; print the table, return the number of faults."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # with its table, and without its nodes
    rng = random.Random(f"cluster {seed}")
    driver = prepare_driver(work / "driver")
    nodes = Nodes(work, driver)
    tally = Tally()
    begun = time.monotonic()
    try:
        for name, cpus in (("head", 0), ("east", 1), ("west", 1)):
            nodes.add(name, cpus=cpus).wait()
        for number in range(10**6):
            if sum(tally.kills.values()) >= kills:
                break
            sweep = SWEEPS[number % len(SWEEPS)]
            left = kills - sum(tally.kills.values())
            trial = _Trial(sweep, number, nodes, rng, tally)
            fault = trial.run(min(left, rng.randint(4, 10)))
            tally.sweeps[sweep.name] += 1
            told = f"FAILED: {fault}" if fault else "as undisturbed"
            print(f"{number:3d} {sweep.name}: {' '.join(trial.told)}: {told}", flush=True)
            if fault:
                tally.faults.append(fault)
    finally:  # also of a campaign that is interrupted
        nodes.end()
        print_table(tally, time.monotonic() - begun)
    return len(tally.faults)


class _Trial:
    """One sweep under kills."""

    def __init__(
        self, sweep: Sweep, number: int, nodes: Nodes, rng: random.Random, tally: Tally
    ) -> None:
        self.sweep, self.nodes, self.rng, self.tally = sweep, nodes, rng, tally
        self.folder = nodes.driver
        self.store = f"store{number}"
        self.saved = f"saved{number}"
        self.environment = nodes.variables(nodes.top / "home", nodes.token)
        self.seen: dict[tuple[str, ...], Row] = {}
        self.told: list[str] = []

    def run(self, kills: int) -> str:
        """Run the sweep under so many kills and once more in peace; return what is wrong at its end."""
        reference, saved = self._undisturbed()
        for kind in self._disturbed(kills):
            self.tally.kills[kind] += 1
            self.told.append(kind)
        if fault := self._finish(reference):
            return fault
        rows = rows_of(self.folder / self.store)
        self.tally.acknowledged += len(self.seen)
        self.tally.records += len(rows)
        there = {identity(row): row for row in good(rows)}
        lost = [
            w for w, row in self.seen.items() if w not in there or there[w]["value"] != row["value"]
        ]
        doubled = twice(self.folder / self.store)
        self.tally.lost += len(lost)
        self.tally.doubled += len(doubled)
        if lost or doubled:
            return f"lost {lost[:3]}, twice {doubled[:3]}"
        if fault := difference(*(self._without_intended(r) for r in (reference, rows))):
            return fault
        if pictures(self.folder / self.saved) != saved:
            return "the pictures differ"
        return ""

    def _words(self, store: str, saved: str, *, ray: bool) -> list[str]:
        models = ("zoo:", "pocket", "bicubic")
        words = ["run", "--scale", "4", "--trust", "--store", store]
        rest = self.sweep.words.split()
        while rest and not rest[0].startswith("--"):
            word = rest.pop(0)
            words += ["--model" if word.startswith(models) else "--set", word]
        words += rest + ([saved] if "--save-outputs" in rest else [])
        if not ray:
            return words[: words.index("--time-limit")] if "--time-limit" in words else words
        where = ["--workers", "2"] if self.sweep.starts_ray else ["--address", self.nodes.address]
        return [*words, "--executor", "ray", *where]

    def _undisturbed(self) -> tuple[list[Row], dict[str, bytes]]:
        name = f"local{SWEEPS.index(self.sweep)}"
        saved = self.folder / f"{name}-saved"
        if not (self.folder / name).exists():
            words = self._words(name, saved.name, ray=False)
            ended = end_of(start(words, self.folder, self.environment | {"ZOO_TAME": "1"}))
            if ended.status:
                raise RuntimeError(f"undisturbed: {ended.err}")
        return rows_of(self.folder / name), pictures(saved)

    def _disturbed(self, kills: int) -> Iterator[str]:
        """Kill until the kills are used up or the sweep has ended; yield the kind of each kill."""
        process = self._start()
        for _ in range(kills):
            at_random = self.rng.random() < 0.1
            if not at_random and not self._wait_for_workers(process):
                break
            until = time.monotonic() + self.rng.uniform(*_PAUSES_S)
            while time.monotonic() < until and process.poll() is None:
                time.sleep(0.05)
            if process.poll() is not None:
                break
            self._note_acknowledged()
            for node in self.nodes.nodes.values():
                node.revive()
            kind = self._kill(process, self.rng.choice(_KINDS))
            if not kind:
                continue
            yield kind
            if kind == "driver":
                process = self._start()
        self.process = process

    def _start(self) -> "Popen[str]":
        self.tally.commands += 1
        self.nodes.nodes["east"].wait()  # without any machine the command is refused
        self.process = start(
            self._words(self.store, self.saved, ray=True), self.folder, self.environment
        )
        return self.process

    def _wait_for_workers(self, process: "Popen[str]") -> bool:
        """Wait until a worker is there; return False when the command has ended before."""
        until = time.monotonic() + _LIMIT_S
        while time.monotonic() < until and process.poll() is None:
            if self._workers(process):
                return True
            time.sleep(0.05)
        return False

    def _workers(self, process: "Popen[str]") -> list[int]:
        if self.sweep.starts_ray:
            return [worker.pid for worker in actors_below(process.pid)]
        return [worker.pid for node in self.nodes.nodes.values() for worker in node.workers()]

    def _kill(self, process: "Popen[str]", kind: str) -> str:
        """Kill a process or a node; return its kind, empty when there is none of this kind."""
        if kind == "node" and self.sweep.starts_ray:
            kind = "worker"
        if kind == "driver":
            own = below(process.pid)
            process.kill()
            process.communicate()
            self._check_gone(own)
            return kind
        if kind == "node":
            node = self.nodes.nodes[self.rng.choice(("east", "west"))]
            node.kill()
            time.sleep(self.rng.uniform(0, 1))
            node.begin()
            return kind
        workers = self._workers(process)
        if not workers:
            return ""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.rng.choice(workers), 9)
        return kind

    def _check_gone(self, processes: list[psutil.Process]) -> None:
        """Note as a fault that processes of a killed driver, but Ray's agents, live on for 20 seconds."""
        until = time.monotonic() + 20
        while left := [each for each in processes if _is_running(each) and not is_agent(each)]:
            if time.monotonic() > until:
                names = ", ".join(sorted(title_of(each)[:60] for each in left))
                self.tally.faults.append(f"{self.sweep.name}: {names} outlive their driver")
                break
            time.sleep(0.1)

    def _note_acknowledged(self) -> None:
        if (self.folder / self.store).exists():
            self.seen |= {identity(row): row for row in good(rows_of(self.folder / self.store))}

    def _finish(self, reference: list[Row]) -> str:
        """Let the command end, and type it again where two kills made something fail; return its fault."""
        try:
            ended = end_of(self.process, _LIMIT_S)
            rows = rows_of(self.folder / self.store) if (self.folder / self.store).exists() else []
            rows = self._without_intended(rows)
            if difference(self._without_intended(reference), rows):
                failed = sum(row["status"] == "failed" for row in rows)
                reason = " ".join(ended.err.split())[-300:]
                self.told.append(f"(typed again, {failed} records failed: {reason})")
                self.tally.failed_by_two_kills += failed
                self.tally.typed_again += 1
                ended = end_of(self._start(), _LIMIT_S)
        except TimeoutError as error:
            return str(error)
        wanted = 3 if self.sweep.fails else 0
        if ended.status != wanted:
            return f"exit status {ended.status} instead of {wanted}: {ended.err[-1500:]}"
        return "printed a traceback" if "Traceback" in ended.err else ""

    def _without_intended(self, rows: list[Row]) -> list[Row]:
        """Return the records but those of the image at which a model fails by intention."""
        return [
            row
            for row in rows
            if not (self.sweep.fails and row["model"] == self.sweep.fails and row["sample"] == "c")
            or row["set"] != "birds"
        ]


def _is_running(process: psutil.Process) -> bool:
    """Return whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
