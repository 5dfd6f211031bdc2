"""The freshness of the user's modules: a process runs the code that its hash is of.

Python keeps a module once it is imported. In a notebook, or between two runs in one process, its file may be
edited; the hash of the new file would then stand for the pixels of the old code. So modules whose files have
changed are forgotten before they are imported again.
"""

import contextlib
import importlib
import importlib.util
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from iqabench.files.disk import sha256_of

_STARTED = time.time()
_contents: dict[str, str] = {}
"""The checksums that files of code had when they were run."""


def forget_changed(files: Mapping[str, Path]) -> None:
    """Forget the modules of these files when one of them has changed since its import, or lies elsewhere.

    `files`: the files by the names of their modules. All of them are forgotten, for they hold each other's
    names.
    """
    loaded = {name: path for name, path in files.items() if name in sys.modules}
    if not any(_is_stale(name, path) for name, path in loaded.items()):
        return
    for name, path in loaded.items():
        del sys.modules[name]
        with contextlib.suppress(OSError, NotImplementedError):
            # Python tells compiled code from old by seconds and size, which an edit may leave as they are.
            Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)
    importlib.invalidate_caches()


def note_contents(files: Mapping[str, Path]) -> None:
    """Note what the files of modules hold that have just been imported."""
    for path in files.values():
        with contextlib.suppress(OSError):
            _contents[str(path)] = sha256_of(path)


@contextmanager
def without_bytecode() -> Iterator[None]:
    """Import without leaving compiled code beside the user's files."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def _is_stale(name: str, path: Path) -> bool:
    file = getattr(sys.modules[name], "__file__", None)
    try:
        if file is None or not path.samefile(file):
            return True
        known = _contents.get(str(path))
        return sha256_of(path) != known if known else path.stat().st_mtime > _STARTED
    except OSError:
        return True
