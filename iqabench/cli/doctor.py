"""The command `iqabench doctor`."""

import importlib.metadata
import json
import os
import shutil
import sys
from pathlib import Path

import click

from iqabench import __version__
from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.options import store_option, table_options
from iqabench.cli.table import print_rows
from iqabench.errors import IqabenchError
from iqabench.places import is_url

with lazy_imports():
    import torch

    from iqabench.files import home, mirrors, offline
    from iqabench.metrics import metrics
    from iqabench.models.core.catalogue import cards
    from iqabench.models.core.load import load_model
    from iqabench.remote import open_store
    from iqabench.run.core_use import advice, measure_core_use
    from iqabench.run.environment import device_name, versions
    from iqabench.run.overlap import usable_cores
    from iqabench.sets import set_names


@click.command("doctor")
@click.option(
    "--measure", is_flag=True, help="Measure whether several workers are faster than one process."
)
@store_option
@table_options
def command(measure: bool, store: Path, form: str | None) -> None:
    """Check this installation and say what it can do."""
    rows = [*_versions(), *_devices(), *_places(store), *_parts(), _workers(measure=measure)]
    print_rows(rows, form)
    if any(r["state"] == "wrong" for r in rows):
        sys.exit(SOME_FAILED)


def _row(what: str, value: object, state: str = "ok") -> dict[str, object]:
    return {"what": what, "state": state, "value": str(value)}


def _versions() -> list[dict[str, object]]:
    known = json.loads(versions())
    rows = [_row(name, value) for name, value in known.items()]
    try:
        rows.append(_row("onnxruntime", importlib.metadata.version("onnxruntime")))
    except importlib.metadata.PackageNotFoundError:
        rows.append(
            _row("onnxruntime", "absent; .onnx needs: pip install 'iqabench[onnx]'", "note")
        )
    return [_row("iqabench", __version__), *rows[1:]]


def _devices() -> list[dict[str, object]]:
    rows = [_row("cpu", f"{device_name('cpu')}, {torch.get_num_threads()} threads")]
    for index in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(index)
        memory = f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB free"
        rows.append(_row(f"cuda:{index}", f"{device_name(f'cuda:{index}')}, {memory}"))
    return rows


def _places(store: str | Path) -> list[dict[str, object]]:
    rows = [_writable("cache (IQABENCH_HOME)", home())]
    if isinstance(store, Path):
        rows.append(_writable("store", store.absolute()))
    for place in mirrors():
        there = "://" in place or os.access(place, os.R_OK | os.X_OK)
        rows.append(_row("mirror (IQABENCH_MIRROR)", place, "ok" if there else "wrong"))
    rows.append(_row("network", "switched off by IQABENCH_OFFLINE" if offline() else "allowed"))
    try:
        records = open_store(store)
        if is_url(store):
            rows.append(_row("store", f"{records.address}, copy in {records.folder}"))
        with records.connect() as connection:
            count = connection.execute("SELECT count(*) FROM records").fetchone()
        rows.append(_row("records", count[0] if count else 0))
    except IqabenchError as error:
        rows.append(_row("records", error, "wrong"))
    return rows


def _writable(what: str, folder: Path) -> dict[str, object]:
    there = folder
    try:
        while not there.exists():
            there = there.parent
    except OSError as error:
        return _row(what, f"{folder} cannot be entered: {error.strerror}", "wrong")
    if not there.is_dir():
        return _row(what, f"{folder} cannot be a folder: {there} is a file", "wrong")
    if not os.access(there, os.W_OK | os.X_OK):
        return _row(what, f"{folder} cannot be written to", "wrong")
    return _row(what, f"{folder}, {shutil.disk_usage(there).free / 2**30:.1f} GiB free")


def _parts() -> list[dict[str, object]]:
    rows = [
        _row(
            "registered",
            f"{len(set_names())} sets, {len(cards())} models, {len(metrics().names())} metrics",
        )
    ]
    try:
        load_model("pocket", 4)
        rows.append(_row("embedded model", "pocket loads"))
    except IqabenchError as error:
        rows.append(_row("embedded model", error, "wrong"))
    return rows


def _workers(*, measure: bool) -> dict[str, object]:
    """Return the row about workers: the advice, from a measurement of a second where it is asked for."""
    cores = usable_cores()
    if cores == 1:
        return _row("workers", "one process is all that one core needs")
    if not measure:
        return _row(
            "workers",
            f"not measured; 'iqabench doctor --measure' compares one process with {cores} workers",
        )
    use = measure_core_use(load_model("pocket", 4))
    return _row("workers", advice(use), "note" if use.favours_workers else "ok")
