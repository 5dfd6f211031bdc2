"""Tables of opinions: text with commas or semicolons, Excel sheets, MATLAB files; errors name the line."""

import csv
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import SetError
from iqabench.opinions.core.xlsx import read_xlsx


@dataclass(frozen=True)
class OpinionRow:
    """One line of a table, and its place."""

    where: str
    cells: dict[str, str]
    """The cells by the name of their column, in lower case."""

    def text(self, column: str) -> str:
        """Return the text in a column.

        Raises: SetError when the cell is empty.
        """
        cell = self.cells[column.lower()].strip()
        if not cell:
            raise SetError(f"{self.where} has nothing under '{column}'.")
        return cell

    def number(self, column: str) -> float:
        """Return the number in a column.

        Raises: SetError when the cell holds no number.
        """
        return number(self.text(column), f"{self.where}, column '{column}'")


def number(text: str, where: str) -> float:
    """Return a finite number, written with a point or, as some spreadsheets do, with a comma.

    Raises: SetError that names the place.
    """
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise SetError(f"{where}: '{text}' is no opinion; expected a finite number.")
    return value


def read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Give place and text of every line that is not empty.

    Raises: SetError when the file is no text.
    """
    for at, line in enumerate(_text(path).splitlines(), 1):
        if line.strip():
            yield f"{path}, line {at}", line.strip()


def read_table(path: Path, needed: Iterable[str], sheet: str = "") -> Iterator[OpinionRow]:
    """Give the rows of an .xlsx or text table below the line that names the needed columns.

    Raises: SetError when there is no such line, or the file is damaged.
    """
    needed = list(needed)
    lines = read_xlsx(path, sheet) if path.suffix.lower() == ".xlsx" else _csv_lines(path)
    header: list[str] = []
    for at, line in lines:
        cells = [c.strip() for c in line]
        if header:
            if any(cells):
                padded = cells + [""] * (len(header) - len(cells))
                yield OpinionRow(f"{path}, line {at}", dict(zip(header, padded, strict=False)))
        elif {n.lower() for n in needed} <= {c.lower() for c in cells}:
            header = [c.lower() for c in cells]
    if not header:
        raise SetError(f"{path} has no line that names the columns {', '.join(needed)}.")


def _csv_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    lines = _text(path).splitlines()
    first = lines[0] if lines else ""
    apart = max(",;\t", key=first.count)
    return enumerate(csv.reader(lines, delimiter=apart), 1)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SetError(f"{path} cannot be read as text: {error}.") from error


def read_mat(path: Path, *names: str) -> list[NDArray[Any]]:
    """Return variables of a MATLAB file, each in one dimension; cells of text become text.

    Raises: SetError when one is missing or the file is damaged.
    """
    from scipy import io  # noqa: PLC0415 - slow, and only two sets need it

    try:
        variables = io.loadmat(path)
    except (
        io.matlab.MatReadError,
        OSError,
        EOFError,
        ValueError,
        TypeError,
        NotImplementedError,
        LookupError,
        zlib.error,
    ) as error:
        raise SetError(f"{path} is no MATLAB file that can be read ({error}).") from error
    missing = [name for name in names if name not in variables]
    if missing:
        there = ", ".join(name for name in variables if not name.startswith("__"))
        raise SetError(f"{path} has no variable {', '.join(missing)}; it has: {there or 'none'}.")
    return [_flat(variables[name]) for name in names]


def _flat(values: Any) -> NDArray[Any]:
    array = np.asarray(values).ravel()
    if array.dtype != object:
        return array
    return np.array(["".join(map(str, np.asarray(cell).ravel()[:1])) for cell in array])
