"""The copy of a store elsewhere on this machine, from which everything is read.

Files of records never change, so each is brought once. Other files are brought again when their size, or for
those of opinions their time, is another one. A file that is damaged is named and left out.
"""

import os
import warnings
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from iqabench.atomic import part_of
from iqabench.errors import DamageWarning, StoreError
from iqabench.remote.objects import ObjectFacts, ObjectFolder
from iqabench.remote.parts import is_damaged, is_part, local_name, run_of_part

_RECORDS = "records"
_ENDINGS = (".jsonl", ".parquet")
_ROUNDS = 5
"""The number of listings of records: one more is needed when a run ends between listing and reading."""
_SLACK_S = 0.001


def bring_records(objects: ObjectFolder, folder: Path) -> dict[str, ObjectFacts]:
    """Bring the files of records that the folder lacks; delete those that are gone from the store.

    Returns: the objects of records in the store, by their names without the folder.
    Raises: StoreError when the store cannot be reached, or the folder cannot be written.
    """
    place = folder / _RECORDS
    before = _copies(place)
    for _ in range(_ROUNDS):
        there = _record_objects(objects)
        own = {path.stem for path in place.glob("*.jsonl") if not is_part(path.name)}
        lacking = [
            name
            for name, facts in there.items()
            if run_of_part(name) not in own and not _is_here(place / local_name(name), facts)
        ]
        arrived = _bring(objects, _RECORDS, place, lacking)
        if len(arrived) == len(lacking):
            break
    for name in before - {local_name(name) for name in there}:
        (place / name).unlink(missing_ok=True)
    return there


def bring_files(objects: ObjectFolder, folder: Path, top: str, *, by_time: bool = False) -> None:
    """Bring the files below `top` that the folder lacks or has in another size; `by_time`: or time.

    Raises: StoreError when the store cannot be reached, or the folder cannot be written.
    """
    there = {name: facts for name, facts in objects.list(top).items() if is_safe(name)}
    lacking = [
        name
        for name, facts in there.items()
        if not _is_here(folder / name, facts, facts.time if by_time else None)
    ]
    for name in _bring(objects, "", folder, lacking):
        if by_time:
            os.utime(folder / name, (there[name].time, there[name].time))


def is_safe(name: str) -> bool:
    """Return whether the name of an object is that of a file below the folder, and not elsewhere."""
    parts = PurePosixPath(name).parts
    return (
        bool(parts)
        and not name.startswith("/")
        and not {"..", "."} & set(parts)
        and "\\" not in name
    )


def _record_objects(objects: ObjectFolder) -> dict[str, ObjectFacts]:
    start = len(_RECORDS) + 1
    named = {name[start:]: facts for name, facts in objects.list(_RECORDS).items()}
    return {name: facts for name, facts in named.items() if _is_record_file(name)}


def _is_record_file(name: str) -> bool:
    is_hidden = name.startswith(".")
    return is_safe(name) and "/" not in name and not is_hidden and name.endswith(_ENDINGS)


def _copies(place: Path) -> set[str]:
    """Return the names of the files here that were brought from the store."""
    if not place.is_dir():
        return set()
    names = {path.name for path in place.iterdir()}
    return {name for name in names if name.endswith(".parquet") or is_part(name)}


def _is_here(file: Path, facts: ObjectFacts, time: float | None = None) -> bool:
    try:
        here = file.stat()
    except OSError:
        return False
    return here.st_size == facts.size and (time is None or abs(here.st_mtime - time) < _SLACK_S)


def _bring(objects: ObjectFolder, top: str, place: Path, names: Iterable[str]) -> list[str]:
    """Bring objects into a folder; return the names of those that were there, damaged ones included.

    A damaged one is told of and left out.
    """
    arrived: list[str] = []
    damaged: list[str] = []

    def bring(name: str) -> None:
        elsewhere = f"{top}/{name}" if top else name
        file = place / local_name(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        part = part_of(file)
        try:
            if objects.read(elsewhere, part):
                arrived.append(name)
                if is_damaged(part, name):
                    damaged.append(elsewhere)
                else:
                    part.replace(file)
        finally:
            part.unlink(missing_ok=True)

    try:
        objects.each(bring, names)
    except OSError as error:
        raise StoreError(
            f"the copy of {objects.address} on this machine cannot be written: {error.strerror or error} "
            f"({place}). Make room, or set IQABENCH_HOME to another folder."
        ) from error
    for name in damaged:
        warnings.warn(
            f"{objects.address}/{name} is damaged and was left out: its checksum is not the one in its name. "
            "Restore it from a copy, or delete it and run the same commands again.",
            DamageWarning,
            stacklevel=2,
        )
    return arrived
