"""The digests of sources: one text for all files that decide pixels beside the weights."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from iqabench.errors import ModelError
from iqabench.files.disk import sha256_of


def digest_of_files(files: Mapping[str, Path]) -> str:
    """Return SHA-256 over the names and contents of files; empty when there are none.

    The names are those by which the model knows them, so that a folder may be moved.

    Raises: ModelError when one cannot be read.
    """
    if not files:
        return ""
    lines = []
    for name, path in sorted(files.items()):
        try:
            lines.append(f"{name}\0{sha256_of(path)}")
        except OSError as error:
            raise ModelError(
                f"{path} cannot be read: {error.strerror}. The model depends on it."
            ) from error
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def joined(*digests: str) -> str:
    """Return one digest of several; a single one that is not empty stays as it is, and none stays empty."""
    present = [digest for digest in digests if digest]
    if len(present) < 2:
        return "".join(present)
    return hashlib.sha256("\0".join(digests).encode()).hexdigest()


def names_below(paths: list[Path], folder: Path) -> dict[str, Path]:
    """Return files by their names: the path below a folder, or the whole path of those elsewhere."""
    folder = folder.absolute()
    return {
        str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path): path
        for path in (each.absolute() for each in paths)
    }
