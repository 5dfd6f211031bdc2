"""Remarks on files whose pixels may not be what people see: orientation tags, colour profiles and gamma."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path

from iqabench.errors import ImageError
from iqabench.images.decoding import Decoding
from iqabench.images.formats import Header
from iqabench.images.reading import AS_STORED, ReadOptions

_NAMED = 3
_TOGETHER = 50
"""The number of files that a thread is given at a time: to hand over one costs as much as to read it."""
_TURNS = {
    2: "mirrored",
    3: "turned by 180 degrees",
    4: "upside down and mirrored",
    5: "turned by 90 degrees and mirrored",
    6: "turned by 90 degrees clockwise",
    7: "turned by 270 degrees and mirrored",
    8: "turned by 90 degrees counter-clockwise",
}
_ARRAYS = (".npz", ".npy")


def remarks_on(files: Iterable[Path], reading: ReadOptions = AS_STORED) -> list[str]:
    """Return a note for each kind of thing that people should know of these files, with a few names.

    Only headers are decoded. A file that cannot be read has no remark: reading it fails with its reason.
    """
    paths = [path for path in dict.fromkeys(files) if path.suffix.lower() not in _ARRAYS]
    parts = [paths[at : at + _TOGETHER] for at in range(0, len(paths), _TOGETHER)]
    with ThreadPoolExecutor(4, thread_name_prefix="headers") as pool:
        headers = chain.from_iterable(pool.map(partial(_headers, reading=reading), parts))
        known = [(path, header) for path, header in zip(paths, headers, strict=True) if header]
    tagged = [(path, _TURNS[h.orientation]) for path, h in known if h.orientation != 1]
    coloured = [(path, h.colours) for path, h in known if h.colours]
    notes = []
    if tagged and reading.apply_orientation:
        notes.append(
            f"{_count(tagged, 'was', 'were')} turned as the orientation tag says: {_list(tagged)}."
        )
    elif tagged:
        notes.append(
            f"{_count(tagged, 'has', 'have')} an orientation tag, and the pixels are compared as they are "
            f"stored: {_list(tagged)}. --apply-orientation turns them first (in Python: "
            "ReadOptions(apply_orientation=True))."
        )
    if coloured:
        notes.append(
            f"{_count(coloured, 'has', 'have')} another colour space than sRGB, and the stored values are "
            f"compared: {_list(coloured)}. Convert them to sRGB first where the other images are sRGB."
        )
    return notes


def _headers(paths: Iterable[Path], reading: ReadOptions) -> list[Header | None]:
    return [_header(path, reading) for path in paths]


def _header(path: Path, reading: ReadOptions) -> Header | None:
    try:
        return Decoding(path, "", reading).header
    except ImageError:
        return None


def _count(found: Sequence[object], one: str, several: str) -> str:
    return f"1 image {one}" if len(found) == 1 else f"{len(found)} images {several}"


def _list(found: Sequence[tuple[Path, str]]) -> str:
    """Return the first names with their details, and the number of the others."""
    named = ", ".join(f"{path.parent.name}/{path.name} ({what})" for path, what in found[:_NAMED])
    return named + (f" and {len(found) - _NAMED} more" if len(found) > _NAMED else "")
