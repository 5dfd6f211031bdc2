"""Partial downloads in the cache, and the content that tests of files download."""

from pathlib import Path

from iqabench.files import RemoteFile

CONTENT = bytes(range(256)) * 4096  # 1 MiB


def part_of(home: Path, file: RemoteFile) -> Path:
    return home / "partial" / f"{file.key}.part"


def leave_partial(home: Path, file: RemoteFile, content: bytes) -> None:
    part_of(home, file).parent.mkdir(parents=True, exist_ok=True)
    part_of(home, file).write_bytes(content)


def leftovers(home: Path) -> list[str]:
    """Return the names of partial files; the lock files of failed transfers hold nothing."""
    return sorted(p.name for p in (home / "partial").iterdir() if p.suffix != ".lock")
