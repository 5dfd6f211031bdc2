"""Trials of the class "server": files are fetched from servers that drop, lie, stall, and refuse.

Behind a fault that patience overcomes the file is there with its own content; behind others the command says
in a sentence what happened, within its limits of time, and nothing wrong is kept.
"""

import hashlib
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from trials.bad_server import HOPELESS, MENDED, SIZE, content_of, start
from trials.trial import Command, Steps, Trial

_TIMEOUT_S = "2"


def trials(seed: int, tries: int, inputs: Path) -> Iterator[Trial]:
    """Give trials of all faults in turn; each fetches the weights of one to three models."""
    del inputs
    faults, url = [*MENDED, *HOPELESS], start()
    for number in range(tries):
        fault, name = faults[number % len(faults)], f"server {number}"
        count = random.Random(f"server {seed} {number}").randrange(1, 4)
        yield Trial(f"server: {fault}", name, partial(_steps, url, fault, name, count))


def _steps(url: str, fault: str, name: str, count: int, folder: Path) -> Steps:
    kinds = [fault, *["well"] * (count - 1)]
    paths = [
        f"/{k.replace(' ', '-')}/{name.replace(' ', '-')}/{n}.pth" for n, k in enumerate(kinds)
    ]
    _write_cards(folder / "models", url, paths)
    environment = {
        "IQABENCH_HOME": str(folder / "home"),
        "IQABENCH_MODELS": str(folder / "models"),
        "IQABENCH_OFFLINE": "0",
        "IQABENCH_TIMEOUT": _TIMEOUT_S,
    }
    words = ["fetch", *(f"fam{n}" for n in range(count))]
    ended = yield Command(words, folder, environment=environment)
    if fault_found := ended.fault(0 if fault in MENDED else 1):
        return fault_found
    expected = {hashlib.sha256(content_of(p)).hexdigest() for p in paths}
    kept = {hashlib.sha256(p.read_bytes()).hexdigest() for p in _kept(folder / "home")}
    if wrong := kept - expected:
        return f"a file of another content was kept: {sorted(wrong)[0]}"
    if fault in MENDED and kept != expected:
        return f"{len(expected - kept)} files are missing"
    left = [p.name for p in (folder / "home").rglob("*.part")]
    return f"left behind: {left}" if fault in MENDED and left else ""


def _kept(home: Path) -> list[Path]:
    return [p for p in (home / "sha256").rglob("*") if p.is_file() and not p.name.startswith(".")]


def _write_cards(models: Path, url: str, paths: list[str]) -> None:
    for number, path in enumerate(paths):
        family = models / f"fam{number}"
        family.mkdir(parents=True)
        sha256 = hashlib.sha256(content_of(path)).hexdigest()
        (family / "card.yaml").write_text(
            f"family: fam{number}\ntitle: A network\nlicence: MIT\nnetwork: Net\nmembers:\n"
            f"  - id: fam{number}\n    scale: 2\n    params: 0\n    weights: {{file: w{number}.pth, "
            f"url: '{url}{path}', sha256: {sha256}, bytes: {SIZE}}}\n"
        )
        (family / "network.py").write_text(
            "from torch import nn\n\ndef Net(scale):\n    return nn.Identity()\n"
        )
