"""What a report takes of large stores: `python tests/benchmarks/report_scale.py [SHAPE ...] [--keep FOLDER]`.

Makes stores of made-up records as Parquet files, one for each model as runs leave them, and measures whole
processes on two cores: wall time, and peak memory as the operating system counts it. Prints a Markdown table,
with the load of the machine (of one minute) before each.

Targets: 1,000,000 records aggregated and their tables rendered in 3 s and 500 MB; 20,000,000 aggregated in
5 s and 500 MB. `pages` is the whole of `iqabench report --html`: 1,000,000 records within 500 MB.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from iqabench.protocols import protocol
from iqabench.store.record import FIELDS

THREADS = "2"


@dataclass(frozen=True)
class Shape:
    """How many of what; the records are their product."""

    models: int
    sets: int
    images: int
    columns: int
    doubled: bool = False
    """Whether a second run measured the first model again."""

    @property
    def records(self) -> int:
        """All of them."""
        return self.models * self.sets * self.images * self.columns


SHAPES = {
    "1M": Shape(50, 10, 100, 20),
    "1M-long": Shape(20, 1, 10_000, 5),
    "1M-doubled": Shape(50, 10, 100, 20, doubled=True),
    "20M": Shape(200, 10, 500, 20),
    "20M-long": Shape(100, 1, 20_000, 10),
}
"""Long ones have few means over many images."""

RECORDS = """
SELECT substr(sha256(concat_ws('/', m, s, c)), 1, 24) AS key, printf('image_%05d.png', i) AS sample,
       'm' || c || '@sr-y' AS "column", 'ok' AS status, 25 + 10 * random() AS value, '' AS error,
       'dB' AS unit, 'higher' AS better, 'm' || c AS metric, 1 AS metric_version, 'sr-y' AS protocol,
       '{hash}' AS protocol_hash, 'sr' AS task, 'set' || s AS "set", sha256('set' || s) AS set_hash,
       4 AS scale, 'x4' AS level, 'model' || m AS model, sha256('model' || m) AS model_hash,
       '{{"params": ' || (1000 * (m + 1)) || '}}' AS model_facts, false AS random_weights,
       'fp32' AS precision, 0 AS tile, '' AS tile_note, 'cpu' AS device_class, 'a processor' AS device,
       5 + random() AS restore_ms, '{run}' AS run, '{{"iqabench":"0.1.0"}}' AS versions,
       strftime(TIMESTAMP '2026-01-02' + to_milliseconds((s * {images} + i) * 20), '%Y-%m-%dT%H:%M:%S.%gZ')
           AS time,
       'image' AS kind, 1 AS images, '' AS reference, '' AS mode, '' AS details
FROM (SELECT {model} AS m), range({sets}) AS sets(s), range({images}) AS images(i),
     range({columns}) AS columns(c)
ORDER BY s, i, c
"""

TASKS = ("aggregate", "render", "pages")
MOST_PAGED = 2_000_000
"""Records of which all pages are written, too."""

LOAD = """
import os, resource, sys, tempfile, time
from pathlib import Path
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
start = time.perf_counter()
from iqabench.report.data.aggregate import Results
from iqabench.report.text.table_formats import as_csv, as_latex, as_markdown
from iqabench.report.data.tables import tables_of
from iqabench.report.pages.core.write import write_report
from iqabench.store import Store
store, task = Store(Path(sys.argv[1])), sys.argv[2]
if task == "pages":
    with tempfile.TemporaryDirectory() as folder:
        made = f"{len(write_report(store, Path(folder)))} pages"
else:
    with Results(store) as results:
        made = f"{len(results.means)} means"
        for table in tables_of(results) if task == "render" else ():
            for form in (as_csv, as_latex, as_markdown):
                form(table)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{made},{seconds:.2f},{time.process_time():.2f},{peak:.0f}")
"""


def make_store(folder: Path, shape: Shape) -> None:
    """Fill a folder with the records of a shape."""
    records = folder / "records"
    records.mkdir(parents=True)
    runs = [(f"run-{m:04d}", m) for m in range(shape.models)]
    runs += [("run-again", 0)] if shape.doubled else []
    with duckdb.connect(config={"threads": THREADS}) as connection:
        connection.execute("SELECT setseed(0.5)")
        for run, model in runs:
            made = RECORDS.format(
                hash=protocol("sr-y").hash,
                run=run,
                model=model,
                sets=shape.sets,
                images=shape.images,
                columns=shape.columns,
            )
            typed = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in FIELDS.items())
            place = str(records / f"{run}.parquet").replace("'", "''")
            connection.execute(
                f"COPY (SELECT {typed} FROM ({made})) TO '{place}' (FORMAT parquet, "
                "COMPRESSION zstd)"
            )


def measured(folder: Path, task: str) -> list[str]:
    """What was made, seconds of wall time and of processors, and peak MB of a process of its own."""
    there = dict(os.environ) | {"OMP_NUM_THREADS": THREADS}
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(folder), task],
        capture_output=True,
        text=True,
        check=True,
        env=there,
    )
    return done.stdout.strip().split(",")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shapes", nargs="*", default="", metavar="SHAPE", help=", ".join(SHAPES))
    parser.add_argument(
        "--keep", type=Path, help="where stores are made, and left to be used again"
    )
    asked = parser.parse_args()
    print("| store | records | task | load | made | seconds | processor seconds | peak MB |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as temporary:
        for name in asked.shapes or list(SHAPES):
            shape, folder = SHAPES[name], (asked.keep or Path(temporary)) / name
            if not folder.exists():
                make_store(folder, shape)
            for task in TASKS if shape.records <= MOST_PAGED else TASKS[:2]:
                load = f"{os.getloadavg()[0]:.1f}"
                told = [name, f"{shape.records:,}", task, load, *measured(folder, task)]
                print(f"| {' | '.join(told)} |", flush=True)


if __name__ == "__main__":
    main()
