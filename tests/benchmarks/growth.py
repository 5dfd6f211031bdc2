"""How time grows with numbers: `python tests/benchmarks/growth.py [pairing] [score] [store] [models]`.

Processor seconds of this process, as a table in Markdown for leaderboards/measured/growth.md. Every part is
measured at several sizes, each once, the smallest first; nothing is downloaded, and what is made goes away.
"""

import os
import resource
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from iqabench.errors import PairingError
from iqabench.images import Case, read_image
from iqabench.metrics import column
from iqabench.models.core.catalogue import cards
from iqabench.pairing import pair_many, pair_names
from iqabench.run import plan, score_folder
from iqabench.run.scores import score
from iqabench.run.scoring.targets import targets_of_folder
from iqabench.store import Store, content_key
from iqabench.store.record import FIELDS
from iqabench.store.tables import connect

CARD = """
family: {name}
title: A network of a zoo
licence: Apache-2.0
network: Net
members:
  - {{id: {name}, scale: 4, params: {number}, weights: {{file: {name}.pth, url: "https://e.org/{name}"}}}}
"""


def seconds(work: Callable[[], object]) -> float:
    """Return the processor seconds of a call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def line(what: str, sizes: tuple[int, ...], measured: list[float]) -> None:
    """Print a row of the table."""
    cells = "; ".join(f"{n:,}: {t:.3f}" for n, t in zip(sizes, measured, strict=True))
    print(f"| {what} | {cells} |", flush=True)


def pairing(_: Path) -> None:
    """Measure the pairing of names of every kind."""
    sizes = (100, 1000, 4000, 20000)
    kinds = {
        "exact": ("{0:05d}", "{0:05d}"),
        "suffix": ("{0:05d}_RLFN_x4", "{0:05d}_HR_x4"),
        "prefix": ("mynet_{0:05d}a", "{0:05d}a"),
        "substitution": ("rain-{0:05d}", "norain-{0:05d}"),
        "folders": ("{1:03d}/{0:05d}_net", "{1:03d}/{0:05d}"),
    }
    for kind, (output, target) in kinds.items():
        line(f"pairing, {kind}", sizes, [_paired(output, target, n) for n in sizes])
    line("pairing, several of a target", sizes, [_several(n) for n in sizes])
    line("pairing, nothing pairs", sizes, [_unpaired(n) for n in sizes])


def _paired(output: str, target: str, count: int) -> float:
    names = [[form.format(n, n // 50) for n in range(count)] for form in (output, target)]
    return seconds(lambda: pair_names(*names))


def _several(count: int) -> float:
    outputs = [f"{n // 5:05d}_0.{n % 5}" for n in range(count)]
    return seconds(lambda: pair_many(outputs, [f"{n:05d}" for n in range(count // 5)]))


def _unpaired(count: int) -> float:
    def work() -> None:
        try:
            pair_names([f"a{n}b" for n in range(count)], [f"c{n}d{n}" for n in range(count)])
        except PairingError as error:
            assert "no output belongs" in str(error)  # noqa: PT017

    return seconds(work)


def scoring(top: Path) -> None:
    """Measure `score` of images of 128x128, again with nothing to do, and a bare loop in turn."""
    sizes = (100, 500, 2000, 10_000)
    rows: dict[str, list[float]] = {"score": [], "score again": [], "bare loop": []}
    random, columns = np.random.default_rng(0), [column("psnr@rgb"), column("ssim@rgb")]
    for count in sizes:
        outputs, targets = top / f"outputs{count}", top / f"targets{count}"
        for folder in (outputs, targets):
            folder.mkdir()
            for n in range(count):
                pixels = np.repeat(random.integers(0, 255, (128, 43, 3), np.uint8), 3, 1)[:, :128]
                Image.fromarray(pixels).save(folder / f"{n:05d}.png", compress_level=1)

        def bare(outputs: Path = outputs, targets: Path = targets) -> None:
            for path in sorted(outputs.iterdir()):
                score(columns, Case(read_image(path), read_image(targets / path.name)))

        def ours(outputs: Path = outputs, targets: Path = targets) -> None:
            against = targets_of_folder(targets, None)
            score_folder(outputs, against, Store(top / "scores"), ["psnr", "ssim"])

        for name, work in (("bare loop", bare), ("score", ours), ("score again", ours)):
            rows[name].append(seconds(work))
    for name, measured in rows.items():
        line(f"{name}, images of 128x128", sizes, measured)


def store(top: Path) -> None:
    """Measure the first and the next look-up of a cell in stores of files with 1,000 records."""
    sizes = (10, 100, 300, 1000)
    first, following = [], []
    for count in sizes:
        records = top / f"store{count}" / "records"
        records.mkdir(parents=True)
        facts = {name: "'x'" for name, kind in FIELDS.items() if kind == "VARCHAR"}
        facts |= {name: f"1::{kind}" for name, kind in FIELDS.items() if kind != "VARCHAR"}
        with connect() as connection:
            for file in range(count):
                own = facts | {
                    "key": f"'{content_key(file=file)}' || n % 10",
                    "sample": "'s' || n // 10",
                    "status": "'ok'",
                    "kind": "'image'",
                }
                asked = ", ".join(f"{value} AS {name}" for name, value in own.items())
                path = records / f"{file}.parquet"
                connection.execute(f"COPY (SELECT {asked} FROM range(1000) t(n)) TO '{path}'")
                checksum = zlib.crc32(path.read_bytes())
                path.rename(records / f"{file}.crc-{checksum:08x}.parquet")
        opened = Store(records.parent)
        first.append(seconds(lambda opened=opened: opened.finished([content_key(file=3) + "1"])))  # type: ignore[misc]
        following.append(
            seconds(lambda opened=opened: opened.finished([content_key(file=5) + "2"]))  # type: ignore[misc]
        )
        assert len(opened.finished([content_key(file=5) + "2"])) == 100
    line("first look-up of a cell, files of 1,000 records", sizes, first)
    line("look-up of the next cell", sizes, following)


def models(top: Path) -> None:
    """Measure the reading of cards, again from what is kept, and the plan of all on twenty folders."""
    sizes = (100, 300, 1000)
    os.environ["IQABENCH_HOME"] = str(top / "home")
    for at in range(20):
        folder = top / "sets" / f"set{at:02d}"
        folder.mkdir(parents=True)
        for n in range(100):
            Image.new("RGB", (8, 8)).save(folder / f"{n}.png")
    sets = [str(folder) for folder in sorted((top / "sets").iterdir())]
    rows: dict[str, list[float]] = {"cards read": [], "cards again": [], "plan on 20 sets": []}
    for count in sizes:
        for n in range(count):
            folder = top / f"zoo{count}" / f"net{n:04d}"
            folder.mkdir(parents=True)
            (folder / "card.yaml").write_text(CARD.format(name=folder.name, number=n))
        os.environ["IQABENCH_MODELS"] = str(top / f"zoo{count}")
        for name in ("cards read", "cards again"):
            cards.cache_clear()
            rows[name].append(seconds(cards))
        names = [f"net{n:04d}" for n in range(count)]
        rows["plan on 20 sets"].append(
            seconds(lambda names=names: plan(names, sets, ["psnr", "ssim"], 4, fetch=False))  # type: ignore[misc]
        )
    for name, measured in rows.items():
        line(f"models: {name}", sizes, measured)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| peak memory of the process, MB | {peak:.0f} |", flush=True)


PARTS = {"pairing": pairing, "score": scoring, "store": store, "models": models}


def main(*names: str) -> None:
    """Print the rows of these parts, or of all."""
    print("| | processor seconds at each size |\n| --- | --- |")
    for name in names or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            PARTS[name](Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
