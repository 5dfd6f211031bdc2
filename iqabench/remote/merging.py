"""The merging of what dead runs of other hosts left in a store: many parts become one file.

Any writer may do it, at any time: it writes the file of the parts that it has seen and then deletes exactly
these. A run that lives after all goes on with further parts, and what is there twice counts once.
"""

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path

import duckdb

from iqabench.remote.journal import delete_parts, send_record_file
from iqabench.remote.objects import ObjectFacts, ObjectFolder
from iqabench.remote.parts import is_part, local_name, merged_name, run_of_part
from iqabench.store.journal import read_journal

_DEAD_S = 3600
"""The seconds without a new part after which a run is taken for dead."""


def merge_dead_parts(objects: ObjectFolder, folder: Path, there: Mapping[str, ObjectFacts]) -> None:
    """Merge the parts of runs that brought no part for an hour; those with damaged lines stay as they are.

    `there`: the objects of records in the store, of which the folder has copies.

    Raises: StoreError when the store cannot be written to.
    """
    runs: dict[str, list[str]] = {}
    for name in there:
        if is_part(local_name(name)) and (folder / "records" / local_name(name)).exists():
            runs.setdefault(run_of_part(name), []).append(name)
    for run, names in runs.items():
        if time.time() - max(there[name].time for name in names) > _DEAD_S:
            with contextlib.suppress(OSError, duckdb.Error):
                _merge(objects, folder, run, names)


def _merge(objects: ObjectFolder, folder: Path, run: str, names: list[str]) -> None:
    contents = [read_journal(folder / "records" / local_name(name)) for name in names]
    if any(content.faults for content in contents):
        return
    if rows := [row for content in contents for row in content.rows]:
        send_record_file(objects, folder, merged_name(run, names), rows)
    delete_parts(objects, folder, names)
