"""The part `resume`: a store of an older version, in which the same commands find all they need.

`old_store` holds a finished run and the journal of one that was killed: its last line is cut off. It is made
once, and stays when the golden files are made anew: it is there to be old. It was made with two threads, and
its records of networks count for as many only, so the commands run with two. They get a second record each,
a copy under the key of today, which has the number of threads.
"""

import contextlib
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import torch

from .case import Case
from .command import call
from .file import FOLDER
from .records import Entries, named, records_of

OLD = FOLDER / "old_store"

_OLD_THREADS = 2

_FINISHED = ("run", "--model", "bicubic", "--model", "pocket", "--set", "demo", "--device", "cpu")
_KILLED = ("run", "--model", "bicubic", "--set", "demo", "--scale", "2", "--device", "cpu")


def _resume(_: Path) -> Entries:
    """Run both commands again on a copy, and say what was found and what was new."""
    store = Path("store")
    shutil.copytree(OLD, store)
    old_runs = {_run_of(path) for path in (store / "records").iterdir()}
    found: Entries = {}
    for name, words in (("finished", _FINISHED), ("killed", _KILLED)):
        with _threads(_OLD_THREADS):
            said = call(*words, "--store", store, "--json")
        counted = re.search(r"\d+", said.err)
        images = int(counted.group()) if counted else 0
        found[name] = {"status": said.status, "images found": images, "rows": said.rows}
    records = _without_copies(records_of(store))
    found["store"] = {
        "records": len(records),
        "records of new runs": sum(record["run"] not in old_runs for record in records),
        "journals left": len(list((store / "records").glob("*.jsonl"))),
    }
    return found | named(records)


def _without_copies(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the records that are those of the old store under another key, of the same run and time."""
    old_keys = {record["key"] for record in records_of(OLD)}
    old = {_value(record) for record in records if record["key"] in old_keys}
    return [r for r in records if r["key"] in old_keys or _value(r) not in old]


def _value(record: dict[str, Any]) -> tuple[Any, ...]:
    names = ("model", "set_hash", "level", "column", "sample", "value", "status", "run", "time")
    return tuple(record[name] for name in names)


@contextlib.contextmanager
def _threads(count: int) -> Iterator[None]:
    """Set the number of torch's threads within the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def make_old_store() -> None:
    """Write `old_store` unless it is there."""
    if OLD.exists():
        return
    call(*_FINISHED, "--store", OLD)
    finished = next((OLD / "records").glob("*.parquet"))
    journal = _kept_journal()
    for path in (OLD / "records").glob("*.parquet"):
        if path != finished:
            path.unlink()
    shutil.rmtree(OLD / "crops", ignore_errors=True)  # pictures, which records do not need
    _anonymise_parquet(finished)
    _anonymise_journal(journal)


def _kept_journal() -> Path:
    """The journal of a run, complete and never finished: a second name for the file outlives the run."""
    kept: list[Path] = []
    over = threading.Event()

    def watch() -> None:
        while not kept and not over.is_set():
            for path in (OLD / "records").glob("*.jsonl"):
                kept.append(OLD / path.name)
                os.link(path, kept[0])
            time.sleep(0.002)

    watcher = threading.Thread(target=watch)
    watcher.start()
    call(*_KILLED, "--store", OLD)
    over.set()
    watcher.join()
    return kept[0].rename(OLD / "records" / kept[0].name)


def _anonymise_parquet(path: Path) -> None:
    """Take the machine out of it: its processor and its kernel."""
    part = path.with_suffix(".part")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE rows AS SELECT * FROM read_parquet(?)", [str(path)])
        connection.execute(
            "UPDATE rows SET device = 'a processor', versions = regexp_replace(versions, "
            '\'"system":"[^"]*"\', \'"system":"Linux"\')'
        )
        connection.execute(f"COPY rows TO '{part}' (FORMAT parquet, COMPRESSION zstd)")
    part.rename(path)


def _anonymise_journal(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    made = []
    for line in lines:
        record = json.loads(line)
        versions = {**json.loads(record["versions"]), "system": "Linux"}
        record |= {"device": "a processor", "versions": json.dumps(versions, separators=(",", ":"))}
        made.append(json.dumps(record, separators=(",", ":")))
    cut_off = made[-1][: len(made[-1]) // 2]
    path.write_text("\n".join([*made, cut_off]), encoding="utf-8")


def _run_of(path: Path) -> str:
    return path.name.partition(".")[0]


CASES = (Case("old-store", _resume),)
