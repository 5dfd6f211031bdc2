"""What 80 million records take: `python tests/benchmarks/many_records.py [SIZE ...] [--keep FOLDER]`.

Makes stores as 64 workers of a sweep leave them: 20 sets of 100 images and 80 columns, and as many models as
the size takes; cells go to the writers in turn. Records have the facts, versions and times of real ones, and
random values. Each task is a process of its own on two cores, measured once: wall time, processor time, peak
memory. Prints Markdown tables.

- `resume`: which samples of three cells are finished, as the start of each cell asks
- `compare`: two models on all sets and columns
- `board`: one board with one column on three sets and every model, from opening the store to its HTML
- `means`: every mean of the store, as `report` makes first
- `tables`: those, and all tables of `report`
- `merge`: 64 files copied into another store, and their checksums read
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

import duckdb

from iqabench.protocols import protocol
from iqabench.store.record import FIELDS

SETS, IMAGES, COLUMNS, WRITERS = 20, 100, 80, 64
SIZES = {"0.1M": 1, "1M": 6, "4M": 25, "20M": 125, "40M": 500, "80M": 500}
"""The models of each size; 0.1M has 50 columns, 40M the first half of the writers of 80M."""
TASKS = ("resume", "compare", "board", "means", "tables")
SEED = 0.5

VERSIONS = {
    "iqabench": "0.2.0",
    "python": "3.11.7",
    "torch": "2.15.0",
    "torchvision": "0.29.2",
    "numpy": "2.4.6",
    "opencv-python-headless": "5.0.0.93",
    "piq": "0.8.0",
    "lpips": "0.1.4",
    "spandrel": "0.4.2",
    "system": "Linux-6.18.44-x86_64-with-glibc2.36",
    "threads": "2",
}
FACTS = {
    "title": "Information Multi-distillation Network",
    "family": "imdn",
    "task": "sr",
    "scale": 4,
    "params": 694404,
    "licence": "none stated",
    "source": "Hui et al., ACM MM 2019, arXiv:1909.11856",
    "code": "https://github.com/Zheng222/IMDN",
    "training_sets": ["DIV2K"],
    "notes": "",
}

RECORDS = """
WITH cells AS (
    SELECT m, s, 'model_' || printf('%03d', m) AS model, sha256('model' || m) AS model_hash,
           sha256('set' || s) AS set_hash
    FROM range({models}) AS models(m), range({sets}) AS sets(s) WHERE (m * {sets} + s) % {writers} = {writer}
), keys AS (
    SELECT *, substr(sha256(concat_ws('/', m, s, c)), 1, 24) AS key FROM cells, range({columns}) AS columns(c)
), images AS (
    SELECT m AS m_i, s AS s_i, i, 5 + 300 * random() AS restore_ms,
           strftime(TIMESTAMP '2026-01-02' + to_milliseconds(((m * {sets} + s) * {images} + i) * 20),
                    '%Y-%m-%dT%H:%M:%S.%gZ') AS time
    FROM cells, range({images}) AS images(i)
)
SELECT key, sample, 'm' || c || '@sr-y' AS "column", 'ok' AS status,
       value, '' AS error, 'dB' AS unit, 'higher' AS better, 'm' || c AS metric,
       1 AS metric_version, 'sr-y' AS protocol, '{hash}' AS protocol_hash, 'sr' AS task, 'set' || s AS "set",
       set_hash, 4 AS scale, 'x4' AS level, model, model_hash,
       replace('{facts}', 'imdn', model) AS model_facts,
       false AS random_weights, 'fp32' AS precision, 0 AS tile, '' AS tile_note, 'cpu' AS device_class,
       'AMD EPYC' AS device, restore_ms, 'run-{writer:02d}' AS run, '{versions}' AS versions, time,
       'image' AS kind, 1 AS images, '' AS reference, '' AS mode, '' AS details
FROM (SELECT * EXCLUDE (m_i, s_i), printf('image_%03d', i) AS sample, 25 + 10 * random() AS value
      FROM keys JOIN images ON m = m_i AND s = s_i ORDER BY m, s, i, c)
"""

TYPES_ABSENT = {"scale_denominator": "1", "role": "''", "frame": "NULL", "setting": "''"}

BOARD = """
title: Many
source: made up
scale: 4
sets: {{set0: set0, set1: set1, set2: set2}}
published: {{file: many.csv, entry: model, set: set}}
models: {{{models}}}
columns:
  psnr: {{title: PSNR, unit: dB, better: higher, metric: m0@sr-y, published: psnr, tolerance: 0.01}}
tracks:
  - {{name: a, rank: psnr set0}}
"""

LOAD = """
import hashlib, os, resource, sys, tempfile, time, threading
from pathlib import Path
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
start = time.perf_counter()
from iqabench.boards import read_board
from iqabench.report.data.aggregate import Results
from iqabench.report.data.comparison import compare
from iqabench.report.data.tables import tables_of
from iqabench.report.pages.core.page_registry import pages
from iqabench.report.pages.core.report import Report
from iqabench.report.pages.core.templates import environment_of
from iqabench.report.text.table_formats import as_markdown
from iqabench.store import Store
folder, task = Path(sys.argv[1]), sys.argv[2]
store = Store(folder)

def keys(model, columns=int(sys.argv[3]), sets=range(20)):
    names = [f"{model}/{s}/{c}" for s in sets for c in range(columns)]
    return [hashlib.sha256(name.encode()).hexdigest()[:24] for name in names]

def board_page():
    with Results(store) as results:
        board = read_board(folder / "many.yaml")
        report = Report(results, folder / "page", "", None, [board], reserved=frozenset())
        page = next(page for page in pages() if page.name == "board")
        sheet = next(iter(page.build(report)))
        text = environment_of(report).get_template(page.template).render({"slug": "board", **sheet.values()})
    return f"{len(text) // 1024:,} KiB"

def tables():
    with Results(store) as results:
        return f"{sum(len(as_markdown(table)) for table in tables_of(results)) // 1024:,} KiB"

def means():
    with Results(store) as results:
        return f"{len(results.means):,} means"

def resume():
    spent = []
    for s in range(3):
        start = time.process_time()
        assert len(store.finished(keys(0, sets=[s]))) == 100 * int(sys.argv[3])
        spent.append(time.process_time() - start)
    return f"first {spent[0]:.2f} s, third {spent[2]:.2f} s of the processor"

def compare_two():
    found = compare(store, keys(0), keys(1), [], [])
    return f"{len(found.quality):,} differences"

work = {"resume": resume, "compare": compare_two, "board": board_page, "means": means, "tables": tables}
made = work[task]()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
seconds, used = time.perf_counter() - start, time.process_time()
print(f"{made}|{seconds:.1f}|{used:.1f}|{peak:.0f}")
"""


def columns_of(size: str) -> int:
    """Return the number of columns of a size."""
    return 50 if size == "0.1M" else COLUMNS


def writers_of(size: str) -> int:
    """Return the number of files of a size."""
    return {"0.1M": SETS, "40M": WRITERS // 2}.get(size, WRITERS)


def make_store(folder: Path, size: str) -> None:
    """Fill a folder with the records of a size, one file for each of the writers."""
    models = SIZES[size]
    records = folder / "records"
    records.mkdir(parents=True)
    (folder / "store.json").write_text('{"schema": 1}\n')
    with duckdb.connect(config={"threads": "2"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SELECT setseed(?)", [SEED])
        for writer in range(writers_of(size)):
            made = RECORDS.format(
                models=models,
                sets=SETS,
                images=IMAGES,
                columns=columns_of(size),
                writers=WRITERS,
                writer=writer,
                hash=protocol("sr-y").hash,
                facts=json.dumps(FACTS, separators=(",", ":")),
                versions=json.dumps(VERSIONS, separators=(",", ":")),
            )
            typed = ", ".join(
                f'{TYPES_ABSENT.get(name, chr(34) + name + chr(34))}::{kind} AS "{name}"'
                for name, kind in FIELDS.items()
            )
            part = records / "part"
            connection.execute(
                f"COPY (SELECT {typed} FROM ({made})) TO '{part}' (FORMAT parquet, COMPRESSION zstd)"
            )
            checksum = zlib.crc32(part.read_bytes())
            part.rename(records / f"run-{writer:02d}.crc-{checksum:08x}.parquet")
    make_board(folder, models)


def make_board(folder: Path, models: int) -> None:
    """Write a board of all models on three sets."""
    names = [f"model_{m:03d}" for m in range(models)]
    lines = [f"{name},set{s},30.00" for name in names for s in range(3)]
    (folder / "many.csv").write_text("\n".join(["model,set,psnr", *lines]) + "\n")
    ids = ", ".join(f"{name}: {name}" for name in names)
    (folder / "many.yaml").write_text(BOARD.format(models=ids))


def measured(folder: Path, task: str, columns: int, limit_s: float) -> list[str]:
    """Return what a process of its own made, its wall and processor seconds, and its peak in MB."""
    there = dict(os.environ) | {"OMP_NUM_THREADS": "2"}
    command = [sys.executable, "-c", LOAD, str(folder), task, str(columns)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=there, timeout=limit_s, check=False
        )
    except subprocess.TimeoutExpired:
        return [f"not within {limit_s:.0f} s", "", "", ""]
    if done.returncode:
        return [done.stderr.strip().splitlines()[-1][:80] if done.stderr else "killed", "", "", ""]
    return done.stdout.strip().split("|")


def merge(folder: Path) -> tuple[float, int]:
    """Copy the files of the store into another folder, read their checksums, and return seconds and files."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=folder) as other:
        copies = [Path(shutil.copy(file, other)) for file in (folder / "records").iterdir()]
        for copy in copies:
            assert f"{zlib.crc32(copy.read_bytes()):08x}" in copy.name
        return time.perf_counter() - start, len(copies)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", default="", metavar="SIZE", help=", ".join(SIZES))
    parser.add_argument("--tasks", nargs="*", default=TASKS, metavar="TASK")
    parser.add_argument("--limit", type=float, default=600.0, help="Seconds for a task.")
    parser.add_argument("--keep", type=Path, help="where stores are made, and left for later")
    given = parser.parse_args()
    print("| size | records | task | load | made | seconds | processor seconds | peak MB |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as temporary:
        for size in given.sizes or list(SIZES):
            folder = (given.keep or Path(temporary)) / size
            cells = SIZES[size] * SETS * (writers_of(size) / WRITERS if size == "40M" else 1)
            count = int(cells) * IMAGES * columns_of(size)
            if not folder.exists():
                start = time.perf_counter()
                make_store(folder, size)
                print(f"made {size} in {time.perf_counter() - start:.0f} s", file=sys.stderr)
            total = sum(file.stat().st_size for file in (folder / "records").iterdir())
            seconds, files = merge(folder)
            rows = [
                ["merge", f"{files} files, {total / 1e6:,.1f} MB, {total / count:.2f} B a record"]
            ]
            rows[0] += [f"{seconds:.1f}", "", ""]
            rows += (
                [task, *measured(folder, task, columns_of(size), given.limit)]
                for task in given.tasks
            )
            for row in rows:
                load = f"{os.getloadavg()[0]:.1f}"
                told = [size, f"{count:,}", row[0], load, *row[1:]]
                print(f"| {' | '.join(told)} |", flush=True)


if __name__ == "__main__":
    main()
