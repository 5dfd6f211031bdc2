"""The parts of a run: object stores cannot append, so a run's records arrive as small objects.

    records/RUN.000001.crc-1A2B3C4D.jsonl    the records of about a second, as lines of a journal
    records/RUN.crc-1A2B3C4D.parquet         all of them, at the end of the run; then its parts are deleted
    records/RUN.merged-1A2B3C4D.crc-...      the parts of a dead run, as another writer merged them

The names sort so that a run's parts are listed before the file that takes their place: whoever lists them one
after the other sees the parts, or the file, or both, and never neither.
"""

import re
import zlib
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

_CHECKED = re.compile(r"\.crc-(?P<checksum>[0-9a-f]{8})\.(?:jsonl|parquet)$")
_PART = re.compile(r"^(?P<run>.+)\.(?P<number>\d{6,})\.crc-[0-9a-f]{8}\.jsonl$", re.DOTALL)
_COPIED = ".copied.jsonl"
_BLOCK = 2**20


def part_name(run: str, number: int, data: bytes) -> str:
    """Return the name of a part of a run, with the checksum of its bytes."""
    return f"{run}.{number:06d}.crc-{zlib.crc32(data):08x}.jsonl"


def local_name(name: str) -> str:
    """Return the name of a file of records on this machine.

    Journals of other machines, which were copied into the store, get one of their own: they are not to be
    taken for journals of runs here.
    """
    if name.endswith(".jsonl") and not _PART.match(name):
        return name.removesuffix(".jsonl") + _COPIED
    return name


def is_part(name: str) -> bool:
    """Return whether a file on this machine is the copy of a part or of a journal elsewhere."""
    return _PART.match(name) is not None or name.endswith(_COPIED)


def run_of_part(name: str) -> str:
    """Return the run of a part; a journal that was copied into the store is a run, too."""
    match = _PART.match(name)
    return match["run"] if match else name.removesuffix(_COPIED).removesuffix(".jsonl")


def merged_name(run: str, parts: Iterable[str]) -> str:
    """Return the name of the run under which these parts of a dead run are merged.

    Other parts give another name, so that no writer replaces what another has merged.
    """
    return f"{run}.merged-{sha256(' '.join(sorted(parts)).encode()).hexdigest()[:8]}"


def is_damaged(file: Path, name: str) -> bool:
    """Return whether the content of a file has another checksum than the name says, if it says one."""
    match = _CHECKED.search(name)
    if match is None:
        return False
    checksum = 0
    with file.open("rb") as content:
        while block := content.read(_BLOCK):
            checksum = zlib.crc32(block, checksum)
    return checksum != int(match["checksum"], 16)
