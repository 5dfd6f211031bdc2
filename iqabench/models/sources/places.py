"""The places of files: those of the user, and those of Python, of installed packages and of iqabench."""

import sys
import sysconfig
from functools import cache
from pathlib import Path

import iqabench

_CODE = (".py", ".pyi", ".pyc", ".so", ".pyd", ".dylib")


@cache
def _installed() -> tuple[Path, ...]:
    """Return the folders of Python, of installed packages and of iqabench."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    places = [place for place in map(sysconfig.get_path, names) if place]
    places += [
        entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")
    ]
    own = Path(iqabench.__file__).parent
    return tuple({Path(place).resolve(): None for place in [*places, str(own)]})


def is_users(path: Path) -> bool:
    """Return whether a file is the user's: not of Python, of an installed package or of iqabench."""
    resolved = path.resolve()
    return not any(resolved.is_relative_to(folder) for folder in _installed())


def is_data(path: Path) -> bool:
    """Return whether a file may be data that a model reads: the user's, no code, in no hidden folder."""
    if path.suffix in _CODE or not is_users(path) or not path.is_file():
        return False
    system = ("/proc", "/sys", "/dev", "/etc", "/usr")
    here = Path.cwd()
    below = path.relative_to(here) if path.is_relative_to(here) else path
    hidden = any(part.startswith(".") for part in below.parts)
    return not hidden and not str(path).startswith(system)


def is_file(name: str | Path) -> bool:
    """Return whether a text names a file that is there; it may be any text."""
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # too long, or with a character that no name has
        return False


def is_folder(name: str | Path) -> bool:
    """Return whether a text names a folder that is there; it may be any text."""
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False
