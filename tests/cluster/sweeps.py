"""Sweeps: the real command in a process of its own, and what it leaves in a store."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from iqabench.images import write_image
from iqabench.store import Store

PROGRAM = Path(sys.executable).with_name("iqabench")
_OWN = {"run", "time", "restore_ms", "device", "versions", "error"}
"""The fields in which equal records may differ: those of the moment, the machine and the way of failing."""

_SEVERAL = """
import json, sys
from iqabench.cli.main import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["iqabench", *words]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
"""

Row = dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """The end of a command."""

    status: int
    out: str
    err: str


def start(
    words: Sequence[str], folder: Path, variables: Mapping[str, str]
) -> subprocess.Popen[str]:
    """Start the program with these words in a folder, as the leader of a group of processes."""
    return _started([str(PROGRAM), *words], folder, variables)


def start_several(
    commands: Sequence[Sequence[str]], folder: Path, variables: Mapping[str, str]
) -> subprocess.Popen[str]:
    """Start one process that runs commands one after the other, until one fails: it is imported once."""
    return _started([sys.executable, "-c", _SEVERAL, json.dumps(commands)], folder, variables)


def _started(
    words: Sequence[str], folder: Path, variables: Mapping[str, str]
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        words,
        cwd=folder,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def end_of(process: subprocess.Popen[str], limit_s: float = 600.0) -> Ended:
    """Wait for the end of a command; the limit is for one that hangs, not for a busy machine.

    Raises: TimeoutError with its last words when it takes longer; it is killed then.
    """
    try:
        out, err = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        out, err = process.communicate()
        raise TimeoutError(f"still running after {limit_s:g} s: {err[-1500:]}") from None
    return Ended(process.returncode, out, err)


def prepare_driver(folder: Path) -> Path:
    """Make the folder that only the driver has: two sets of images, the zoo, a file of weights."""
    rng = np.random.default_rng(3)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("zoo.py"), folder)
    save_file(_weights(rng), folder / "mine.safetensors")
    for name, sizes in {"birds": (64, 64, 48, 64, 80, 64), "walls": (64, 80, 64, 72)}.items():
        (folder / name).mkdir(exist_ok=True)
        for number, side in enumerate(sizes):
            noise = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
            smooth = np.cumsum(noise.astype(int) - 127, axis=1) // 6 % 256
            write_image(folder / name / f"{chr(97 + number)}.png", smooth.astype(np.uint8))
    return folder


def _weights(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the tensors of a small SRVGGNetCompact that enlarges by 4."""
    shapes = {"body.0": (8, 3, 3, 3), "body.1": (8,), "body.2": (48, 8, 3, 3)}
    tensors = {f"{name}.weight": rng.normal(0, 0.1, shape) for name, shape in shapes.items()}
    tensors |= {f"body.{n}.bias": np.zeros(size) for n, size in ((0, 8), (2, 48))}
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}


def rows_of(store: Path, view: str = "records") -> list[Row]:
    """Return all records of a store, or all stored lines of them (`stored`), in a fixed order."""
    with Store(store).connect() as connection:
        answer = connection.execute(f"SELECT * FROM {view} ORDER BY ALL")
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def comparable(row: Row) -> tuple[tuple[str, str], ...]:
    """Return what must be equal in two records of the same cell and sample, to the last digit."""
    return tuple((name, repr(value)) for name, value in sorted(row.items()) if name not in _OWN)


def identity(row: Row) -> tuple[str, ...]:
    """Return what a record is about: it may be there once."""
    return tuple(str(row[name]) for name in ("key", "sample", "kind", "frame"))


def good(rows: Sequence[Row]) -> list[Row]:
    """Return the records that have a value."""
    return [row for row in rows if row["status"] == "ok"]


def twice(store: Path) -> list[tuple[str, ...]]:
    """Return the records with a value that a store holds more than once."""
    counted = Counter(identity(row) for row in good(rows_of(store, "stored")))
    return [what for what, times in counted.items() if times > 1]


def difference(expected: Sequence[Row], found: Sequence[Row]) -> str:
    """Return how the records of two stores differ; empty when they are equal."""
    wanted = {identity(row): row for row in expected}
    there = {identity(row): row for row in found}
    lines = []
    for what in wanted.keys() | there.keys():
        if what not in there or what not in wanted:
            row = wanted.get(what) or there[what]
            lines.append(f"{'missing' if what in wanted else 'too many'}: {_told(row)}")
        elif comparable(wanted[what]) != comparable(there[what]):
            fields = dict(set(comparable(there[what])) ^ set(comparable(wanted[what])))
            lines.append(
                f"different: {_told(there[what])}: {sorted(fields)}; {there[what]['error']}"
            )
    return "\n".join(sorted(lines)[:6])


def pictures(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder, by their names."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix == ".png"
    }


def _told(row: Row) -> str:
    return f"{row['model']} on {row['set']}/{row['sample']}, {row['column']}"
