"""A copy of a checkout for its code to run in, so that what it compiles or logs never lies in the user's own
folder.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iqabench.errors import ModelError
from iqabench.images.read import SUFFIXES

_HISTORY = ".git"


@contextmanager
def own_copy(checkout: Path) -> Iterator[Path]:
    """Copy the checkout to a folder of the same name, which is removed with everything in it when the block
    ends.

    Links become what they point at, for something may be written through them. Left out is what no network
    reads and what makes checkouts large: the history, and images.

    Raises: ModelError when there is no room for it, or a file cannot be read.
    """
    checkout = checkout.resolve()
    with tempfile.TemporaryDirectory(prefix="iqabench-", ignore_cleanup_errors=True) as parent:
        copy = Path(parent).resolve() / checkout.name
        folders = list(_folders(checkout))
        _check_room(checkout, [file for _, files in folders for file in files], parent)
        try:
            for folder, files in folders:
                to = copy / folder.relative_to(checkout)
                to.mkdir(parents=True)
                for file in files:
                    shutil.copy(file, to / file.name)
        except OSError as error:
            raise ModelError(f"{checkout} cannot be copied to {parent}: {error}.") from error
        yield copy


def _folders(checkout: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Yield every folder with its files, those behind links included; a link to a folder above is not
    followed.
    """
    for root, names, files in os.walk(checkout, followlinks=True):
        here = Path(root)
        names[:] = [n for n in names if n != _HISTORY and not _is_above(here / n, here)]
        found = [here / name for name in files]
        yield here, [f for f in found if f.is_file() and f.suffix.lower() not in SUFFIXES]


def _is_above(folder: Path, here: Path) -> bool:
    return folder.is_symlink() and here.resolve().is_relative_to(folder.resolve())


def _check_room(checkout: Path, files: list[Path], parent: str) -> None:
    needed, free = sum(file.stat().st_size for file in files), shutil.disk_usage(parent).free
    if needed > free:
        raise ModelError(
            f"submissions run in a copy of {checkout}, which takes {needed / 2**20:.0f} MiB; {parent} has "
            f"room for {free / 2**20:.0f}. Make room there, or name another folder by TMPDIR."
        )
