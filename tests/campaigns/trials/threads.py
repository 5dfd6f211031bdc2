"""Trials of the class "threads": the same command with other threads and hash seeds.

Equal keys mean equal numbers: a value may differ only where its record has another key.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from iqabench.store import Store
from trials.inputs import folder_of_images
from trials.trial import Command, Steps, Trial

_COLUMNS = [
    "psnr",
    "ssim",
    "ms_gmsd",
    "vif",
    "fsim",
    "vsi",
    "niqe",
    "brisque",
    "piqe",
    "nlpd",
    "iw_ssim",
]
_MODELS = ["pocket", "bicubic", "pocket@int8"]
_MAIN = "from iqabench.cli.main import main; main()"


def trials(seed: int, tries: int, inputs: Path) -> Iterator[Trial]:
    """Give trials, each with a model and columns drawn from the seed."""
    folder = inputs / "images"
    folder_of_images(folder, count=2)
    for number in range(tries):
        rng = random.Random(f"threads {seed} {number}")
        yield Trial("threads", f"threads {number}", partial(_steps, folder, rng))


def _steps(images: Path, rng: random.Random, folder: Path) -> Steps:
    words = ["run", "--model", rng.choice(_MODELS), "--set", str(images), "--scale", "4"]
    words += [w for c in rng.sample(_COLUMNS, 3) for w in ("--column", f"{c}@rgb")]
    known: dict[str, float] = {}
    for threads in (1, rng.choice((2, 3))):
        place = folder / str(threads)
        place.mkdir()
        seed = rng.randrange(10_000)
        yield Command(words, place, action=partial(_run, words, place, threads, seed))
        ended = yield Command([], place, action=partial(_print_records, place))
        if fault := ended.fault(0):
            return fault
        for name, value in json.loads(ended.out).items():
            if known.setdefault(name, value) != value:
                return f"{' '.join(words)}: {name} is {value!r} with {threads} threads, was {known[name]!r}"
    return "" if known else "no record was made"


def _run(words: list[str], folder: Path, threads: int, seed: int) -> None:
    """Run a command in an interpreter of its own, whose threads and hash seed are set before it starts."""
    chosen = {"OMP_NUM_THREADS": str(threads), "PYTHONHASHSEED": str(seed)}
    with (folder / "log.txt").open("w") as log:
        subprocess.run(
            [sys.executable, "-c", _MAIN, *words, "--store", "store"],
            env=os.environ | chosen, cwd=folder, stdout=log, stderr=log, check=False,
        )  # fmt: skip


def _print_records(folder: Path) -> None:
    with Store(folder / "store").connect() as connection:
        rows = connection.execute("SELECT key, sample, value FROM records").fetchall()
    print(json.dumps({f"{key} {sample}": value for key, sample, value in rows}))
