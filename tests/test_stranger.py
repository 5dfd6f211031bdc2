"""A package from outside adds one part of each kind; each works, and no file of this repository changes.

The package lies in `stranger_package`; the tests install it as pip does, into a folder on PYTHONPATH, and
type commands in processes of their own.
"""

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import iqabench

TOP = Path(__file__).parent.parent
PACKAGE = Path(iqabench.__file__).parent
SOURCE = Path(__file__).with_name("stranger_package")
PLACES = [PACKAGE, TOP / "leaderboards", TOP / "datasets.yaml", TOP / "tests", TOP / "plugins"]
LISTED = {
    "sets": "stranger-set",
    "models": "stranger-box",
    "metrics": "stranger_error",
    "protocols": "stranger-view",
    "probes": "stranger_modules",
    "degradations": "stranger_steps",
    "boards": "stranger-board",
    "opinions": "stranger_views",
}
"""Kinds that `iqabench list` knows, and the name that the stranger adds to each."""

COMMANDS = """
import contextlib, io, json, sys
from iqabench.cli.main import main
for words in json.loads(sys.argv[1]):
    sys.argv, printed = ["iqabench", *words], io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            main()
        except SystemExit as end:
            assert not end.code, words
    print(json.dumps(printed.getvalue()))
"""
"""Commands in one process; it prints what each of them prints, as a line of JSON."""
BATCH = """
import numpy as np
from iqabench.images import Pair
from iqabench.metrics import metrics
from iqabench.metrics.core.batch_scores import batch_scores
images = np.random.default_rng(0).integers(0, 256, (4, 9, 7, 3), dtype=np.uint8)
pairs = [Pair(images[0], images[1]), Pair(images[2], images[3])]
metric = metrics().get("stranger_error")
assert batch_scores([metric], pairs, "cpu") == [[metric(pair)] for pair in pairs]  # whole numbers
print(json.dumps("batched"))
"""
"""The batched form, which commands use on a GPU only."""

Run = Callable[..., str]


def picture(seed: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).integers(0, 256, (12, 15, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(noise, (60, 48), interpolation=cv2.INTER_CUBIC), np.uint8)


def install(site: Path) -> None:
    """The package with its metadata, as an installer leaves them."""
    shutil.copytree(SOURCE / "stranger_parts", site / "stranger_parts")
    metadata = site / "stranger-0.1.dist-info"
    metadata.mkdir()
    shutil.copy(SOURCE / "entry_points.txt", metadata)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 0.1\n")
    sets = site / "stranger_parts" / "sets"
    (sets / "images").mkdir()
    (sets / "manifests").mkdir(exist_ok=True)
    with (sets / "manifests" / "stranger-set.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["level", "role", "sample", "path", "bytes", "sha256"])
        for seed, name in enumerate("ab"):
            path = sets / "images" / f"{name}.png"
            cv2.imwrite(str(path), picture(seed))
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            lines.writerow(["", "target", name, path.name, len(content), digest])


def write_opinions(folder: Path) -> None:
    (folder / "images").mkdir(parents=True)
    rows = ["image,reference,mos"]
    cv2.imwrite(str(folder / "images" / "r.png"), picture(3))
    for step in (4, 8, 16, 32, 48, 64):
        steps = np.clip(np.round(picture(3) / step) * step, 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / "images" / f"s{step}.png"), steps)
        rows.append(f"s{step}.png,r.png,{10 - step / 8}")
    (folder / "opinions.csv").write_text("\n".join(rows) + "\n")


def state() -> dict[Path, tuple[int, int]]:
    """Every file of the repository that could have been touched, with size and time."""
    files = [p for place in PLACES for p in (place.rglob("*") if place.is_dir() else [place])]
    return {
        path: (path.stat().st_size, path.stat().st_mtime_ns)
        for path in files
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    install(folder)
    write_opinions(folder / "views")
    return folder


@pytest.fixture(scope="module")
def run_code(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`run_code(code, *words)`: what Python prints, in a process that sees the stranger."""
    path = os.pathsep.join([str(site), str(PACKAGE.parent)])
    home = {"IQABENCH_HOME": str(site / "home"), "IQABENCH_OFFLINE": "1"}
    environment = os.environ | home | {"PYTHONPATH": path, "IQABENCH_STORE": str(site / "store")}
    folder = tmp_path_factory.mktemp("work")

    def run(code: str, *words: object) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, words)],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    return run


@dataclass(frozen=True)
class Typed:
    """What commands of everything that the stranger adds printed, and the files before and after them."""

    run: str
    agree: str
    reproduce: str
    report: str
    lists: tuple[str, ...]
    batched: str
    before: dict[Path, tuple[int, int]]
    after: dict[Path, tuple[int, int]]


@pytest.fixture(scope="module")
def typed(run_code: Run, site: Path) -> Typed:
    """A run with seven kinds of parts, opinions, a board, a report, and all lists, in one process."""
    chosen = (
        "run --model stranger-box --set stranger-set --probe stranger_modules --per-image --json"
    )
    commands = [
        [*chosen.split(), "--column", "stranger_error"],
        ["agree", "--set", "stranger_views", "--from", str(site / "views"), "--json"],
        ["reproduce", "stranger-board", "--published"],
        ["report", "--html", "--out", str(site / "pages")],
        *(["list", kind] for kind in LISTED),
    ]
    commands[1] += ["--column", "stranger_error"]
    before = state()
    lines = run_code(COMMANDS + BATCH, json.dumps(commands)).splitlines()
    printed = [json.loads(line) for line in lines if line.startswith('"')]
    run, agree, reproduce, report, *lists, batched = printed
    return Typed(run, agree, reproduce, report, tuple(lists), batched, before, state())


def rows(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)
    return found


def test_one_of_each_kind_works(typed: Typed, site: Path) -> None:
    for row in rows(typed.run):
        assert (row["task"], row["level"]) == ("stranger-depose", "p32")
        assert row["column"] == "stranger_error@stranger-view"
        assert 16 <= row["value"] <= 64  # half a step is lost, and the filter takes edges away
        assert row["stranger_modules"] == 2
    (srcc,) = [row for row in rows(typed.agree) if row["statistic"] == "srcc"]
    assert srcc["value"] == pytest.approx(1.0)
    assert "rank main" in typed.reproduce
    assert "Worst images" in (site / "pages" / "index.html").read_text()
    assert '<th scope="row">b</th>' in (site / "pages" / "stranger-page.html").read_text()


def test_no_file_of_the_repository_changes(typed: Typed) -> None:
    assert typed.after == typed.before


def test_each_is_listed_with_all_others(typed: Typed) -> None:
    for (kind, name), printed in zip(LISTED.items(), typed.lists, strict=True):
        assert name in printed, kind


def test_the_batched_form_of_its_metric_is_found(typed: Typed) -> None:
    """Each pair has in a batch the value that it has by itself."""
    assert typed.batched == "batched"


def test_nothing_in_the_package_names_the_stranger() -> None:
    names = set(LISTED.values()) | {"stranger-depose", "stranger-page", "stranger_parts"}
    for path in PACKAGE.rglob("*"):
        if path.suffix in {".py", ".yaml", ".html", ".csv"}:
            text = path.read_text(encoding="utf-8")
            assert not {name for name in names if name in text}, path
