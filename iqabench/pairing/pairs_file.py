"""The file of `--pairs`: a table that says which output belongs to which target."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from iqabench.errors import PairingError
from iqabench.pairing.image_folder import IMAGE_SUFFIXES
from iqabench.pairing.pair import composed
from iqabench.printable import first_names, printable


@dataclass(frozen=True)
class PairsRow:
    """One line of the file."""

    line: int
    cells: tuple[tuple[str, str], ...]
    """The names by the column, in the order of the header."""


@dataclass(frozen=True)
class PairsFile:
    """The lines of a file of pairs, whose names are not yet looked up."""

    path: Path
    rows: tuple[PairsRow, ...]
    has_inputs: bool

    def names(self, column: str, spellings: Mapping[str, str], place: str) -> dict[PairsRow, str]:
        """Return the name of each row in a column; `spellings` are names by what the file may call them.

        A file may be called by its path with or without suffix.

        Raises: PairingError with the line when a name is unknown or fits two files.
        """
        find = _finder(spellings)
        found: dict[PairsRow, str] = {}
        for row in self.rows:
            text = dict(row.cells)[column]
            names = find(text)
            if len(names) != 1:
                raise PairingError(
                    f"{self.path}, line {row.line}: {_wrong(text, names, column, place)}"
                )
            found[row] = names[0]
        return found

    def require_single(self, names: Mapping[PairsRow, str], column: str) -> None:
        """Raise PairingError with both lines when a name occurs twice in a column."""
        lines: dict[str, int] = {}
        for row, name in names.items():
            if name in lines:
                many = (
                    " Add --many if several outputs belong to one target."
                    if column == "target"
                    else ""
                )
                raise PairingError(
                    f"{self.path}, line {row.line}: the {column} '{printable(name)}' stands in line "
                    f"{lines[name]}, too; expected each {column} once.{many}"
                )
            lines[name] = row.line


def read_pairs(path: Path, columns: tuple[str, str] = ("output", "target")) -> PairsFile:
    """Read a CSV file with a header of these columns, and perhaps `input`.

    Raises: PairingError with the line when the file cannot be read, has another header, or a line lacks a
        name.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PairingError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise PairingError(f"{path} is not UTF-8 ({error.reason}); save it as UTF-8.") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        _require_header(path, header, columns)
        rows = [
            _row(path, reader.line_num, dict(zip(header, cells, strict=False)), len(cells), header)
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise PairingError(f"{path}, line {reader.line_num}: {error}.") from error
    if not rows:
        raise PairingError(f"{path} has a header and no pairs; expected a line for each output.")
    return PairsFile(path, tuple(rows), "input" in header)


def _require_header(path: Path, header: list[str], columns: tuple[str, str]) -> None:
    known = {*columns, "input"}
    if not set(columns) <= set(header) <= known or len(set(header)) < len(header):
        more = "" if "input" in columns else f" or {','.join(columns)},input"
        raise PairingError(
            f"{path}, line 1: the header is '{printable(','.join(header))}'; expected "
            f"{','.join(columns)}{more}."
        )


def _row(path: Path, line: int, cells: dict[str, str], count: int, header: list[str]) -> PairsRow:
    if count != len(header):
        raise PairingError(
            f"{path}, line {line}: there are {count} cells; expected {len(header)} ({','.join(header)}). "
            "A name with a comma stands in double quotes."
        )
    empty = [column for column in header if not cells[column].strip()]
    if empty:
        raise PairingError(f"{path}, line {line}: the {empty[0]} is missing.")
    return PairsRow(line, tuple(cells.items()))


def _finder(spellings: Mapping[str, str]) -> Callable[[str], list[str]]:
    """Return the function that finds the names that a text of the file means."""
    exact: dict[str, list[str]] = {}
    bare: dict[str, list[str]] = {}
    for spelling, name in spellings.items():
        exact.setdefault(composed(spelling), []).append(name)
        bare.setdefault(composed(_without_suffix(spelling)), []).append(name)

    def find(text: str) -> list[str]:
        for said in dict.fromkeys((text, text.strip(), text.strip().removeprefix("./"))):
            key = composed(said)
            names = exact.get(key) or bare.get(key) or exact.get(_without_suffix(key))
            if names:
                return names
        return []

    return find


def _without_suffix(path: str) -> str:
    """Return a path without the suffix of an image."""
    suffix = PurePosixPath(path).suffix
    return path.removesuffix(suffix) if suffix.lower() in IMAGE_SUFFIXES else path


def _wrong(text: str, names: list[str], column: str, place: str) -> str:
    shown = printable(text)
    if names:
        return f"the {column} '{shown}' fits {first_names(names)} in {place}; add the suffix that is meant."
    return f"there is no {column} '{shown}' in {place}; expected the name of a file there."
