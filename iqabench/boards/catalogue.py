"""The boards that are known by name: files of `leaderboards/`, of other packages, and of the user."""

import os
from functools import cache
from pathlib import Path

from iqabench.boards.board import Board
from iqabench.boards.references import check_references
from iqabench.errors import DuplicateNameError, FactsError, UnknownNameError
from iqabench.facts import read_yaml, validate
from iqabench.registry import load_entry_points

_PACKAGE = Path(__file__).parent.parent
GROUP = "iqabench.boards"
"""Entry points of other packages; each names a folder that holds boards."""
FOLDERS = "IQABENCH_BOARDS"
"""The environment variable that names folders of the user's own boards."""


def shipped() -> Path:
    """Return the folder `leaderboards/`: inside an installed package, else at the top of the checkout."""
    inside = _PACKAGE / "leaderboards"
    return inside if inside.is_dir() else _PACKAGE.parent / "leaderboards"


def boards() -> dict[str, Board]:
    """Return all boards by name.

    Raises: FactsError with file and line, DuplicateNameError for a name given twice.
    """
    return _boards(os.environ.get(FOLDERS, ""))


@cache
def _boards(own: str) -> dict[str, Board]:
    result: dict[str, Board] = {}
    rooms = [shipped(), *(Path(str(folder)) for folder in load_entry_points(GROUP)), *_own(own)]
    for path in (p for room in rooms for p in sorted(room.glob("*.yaml"))):
        one = read_board(path)
        if one.name in result:
            raise DuplicateNameError(
                f"two boards are called '{one.name}': {result[one.name].file} and {path}. Rename one of them."
            )
        result[one.name] = one
    return result


def _own(text: str) -> list[Path]:
    folders = [Path(folder) for folder in text.split(os.pathsep) if folder]
    for folder in folders:
        if not folder.is_dir():
            raise FactsError(f"{FOLDERS} names {folder}, which is no folder.")
    return folders


def board(name: str) -> Board:
    """Return a board by its name, or by its file.

    Raises: UnknownNameError with suggestions, FactsError.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        return read_board(path)
    known = boards()
    if name not in known:
        hint = "'iqabench list boards' shows them all; a YAML file is one, too."
        raise UnknownNameError("board", name, known, hint)
    return known[name]


def read_board(path: Path) -> Board:
    """Read a board from its file and check its names; its name is the file's unless it gives another.

    Raises: FactsError with file and line for unknown keys, names that refer to nothing, and circles.
    """
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise FactsError(f"{path}:1: expected a board: title, source, columns ...")
    result = validate(Board, {"name": path.stem, **data, "file": path}, path)
    check_references(result, path)
    return result
