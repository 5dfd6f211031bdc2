"""A folder that is written whole: built beside, then put in place, so that nobody sees half a report.

A report replaces an older report, never anything else: `report.json` lists the files that a report wrote,
and a folder that holds any other file is left alone. A notice such as README.md at its top is carried over.
"""

import contextlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iqabench.atomic import dead_parts, part_of, remove_dead_parts
from iqabench.errors import StoreError

MARKER = "report.json"
_MADE_BY = "iqabench report"
_KEPT = ("README.md", ".gitignore", ".gitkeep")
_OLD = ".old"
"""The ending of the name of a report while it is being replaced."""
_DROPPINGS = (".DS_Store", "Thumbs.db", "desktop.ini")
"""Files that desktops leave in every folder that they show."""


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Yield a temporary folder that becomes `out` when the block ends well and vanishes when it does not.

    Raises: StoreError when `out` holds something else than a report, or cannot be written.
    """
    out = out.resolve()
    check_replaceable(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _mend(out)
        part = part_of(out)
        part.mkdir()
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        yield part
        _mark(part)
        for name in _KEPT:
            if (out / name).is_file():
                shutil.copy2(out / name, part / name)
        _put(part, out)
    except OSError as error:
        raise _unwritable(out, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def check_replaceable(out: Path) -> None:
    """Raise an error unless a report may be written to `out`.

    Raises: StoreError naming what lies there.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise StoreError(
            f"{out} is a file; expected a folder for the report. Name another with --out."
        )
    there = {
        p.relative_to(out).as_posix()
        for p in out.rglob("*")
        if (not p.is_dir() or p.is_symlink()) and p.name not in _DROPPINGS
    }
    other = sorted(there - _written(out) - set(_KEPT))
    if other:
        more = f" and {len(other) - 1} more" if len(other) > 1 else ""
        raise StoreError(
            f"the folder {out} holds {other[0]}{more}, which no report wrote, so nothing was replaced. "
            "Name an empty or a new folder with --out, or move those files away."
        )


def _written(out: Path) -> set[str]:
    """Return the files that an earlier report put there; none when its list is absent or damaged."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        found = json.loads((out / MARKER).read_text(encoding="utf-8"))
        if found["made_by"] == _MADE_BY:
            return {MARKER, *found["files"]}
    return set()


def _mark(part: Path) -> None:
    files = sorted(p.relative_to(part).as_posix() for p in part.rglob("*") if p.is_file())
    text = json.dumps({"made_by": _MADE_BY, "layout": 1, "files": files}, indent=1)
    (part / MARKER).write_text(text + "\n", encoding="utf-8")


def _mend(out: Path) -> None:
    """Put back the report that a killed process had moved away, and delete what such processes left."""
    for part in dead_parts(out.parent):
        if part.name.startswith(f".{out.name}{_OLD}.") and not out.exists():
            part.rename(out)
    remove_dead_parts(out.parent)


def _put(part: Path, out: Path) -> None:
    if not out.exists():
        part.rename(out)
        return
    check_replaceable(out)
    old = part_of(out.with_name(out.name + _OLD))
    out.rename(old)
    try:
        part.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _unwritable(out: Path, error: OSError) -> StoreError:
    return StoreError(
        f"the report {out} cannot be written: {error.strerror or error}. Make room or name another folder "
        "with --out."
    )
