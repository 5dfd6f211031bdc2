"""The command line, called in this process as a shell calls it."""

import contextlib
import importlib
import importlib.metadata
import io
import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import iqabench


class Said(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its output as JSON."""
        found: list[dict[str, Any]] = json.loads(self.out)
        return found


def call(*words: object) -> Said:
    """Call `iqabench WORDS`.

    Raises: RuntimeError for a command that ends with neither 0 nor 3 (some cells failed).
    """
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    status: object = 0
    sys.argv = ["iqabench", *(str(w) for w in words)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            _entry()()
    except SystemExit as end:
        status = end.code or 0
    finally:
        sys.argv = before
    if status not in (0, 3):
        raise RuntimeError(f"iqabench {' '.join(map(str, words))}: {err.getvalue().strip()}")
    return Said(int(status), out.getvalue(), err.getvalue())


def checkout() -> Path:
    """Find the folder that holds the `pyproject.toml` of the package that is imported.

    Raises: FileNotFoundError when it is installed without its checkout.
    """
    assert iqabench.__file__
    for folder in Path(iqabench.__file__).resolve().parents:
        if (folder / "pyproject.toml").is_file():
            return folder
    raise FileNotFoundError(f"no checkout around {iqabench.__file__}")


def _entry() -> Callable[[], object]:
    """The function that the script `iqabench` calls: as the checkout says, else as installed."""
    try:
        said = tomllib.loads((checkout() / "pyproject.toml").read_text(encoding="utf-8"))
        where = said["project"]["scripts"]["iqabench"]
    except FileNotFoundError:
        scripts = importlib.metadata.entry_points(group="console_scripts", name="iqabench")
        where = next(iter(scripts)).value
    module, _, name = where.partition(":")
    found: Callable[[], object] = getattr(importlib.import_module(module), name)
    return found
