"""Tables of labels: comma- or semicolon-separated text, Excel sheets, MATLAB files; with decent errors."""

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
class Row:
    """One line of a table, which remembers where it stands."""

    where: str
    cells: dict[str, str]
    """By column, in lower case."""

    def text(self, column: str) -> str:
        """What stands in a column.

        Raises: SetError when nothing does.
        """
        found = self.cells[column.lower()].strip()
        if not found:
            raise SetError(f"{self.where} has nothing under '{column}'.")
        return found

    def number(self, column: str) -> float:
        """The number in a column.

        Raises: SetError when it is none.
        """
        return number(self.text(column), f"{self.where}, column '{column}'")


def number(text: str, where: str) -> float:
    """A finite number, with a point or, as some spreadsheets export it, a comma.

    Raises: SetError that says where it stands.
    """
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        found = float("nan")
    if not isfinite(found):
        raise SetError(f"{where}: '{text}' is no opinion; expected a finite number.")
    return found


def read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Where a line stands and what it says, for all that are not empty.

    Raises: SetError when the file is no text.
    """
    for at, line in enumerate(_text(path).splitlines(), 1):
        if line.strip():
            yield f"{path}, line {at}", line.strip()


def read_table(path: Path, needed: Iterable[str], sheet: str = "") -> Iterator[Row]:
    """The rows of an .xlsx or text table below the line that has the needed columns.

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
                yield Row(f"{path}, line {at}", dict(zip(header, padded, strict=False)))
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
    """Variables of a MATLAB file, each in one dimension; cells of text become text.

    Raises: SetError when one is missing or the file is damaged.
    """
    from scipy.io import loadmat  # noqa: PLC0415 - slow
    from scipy.io.matlab import MatReadError  # noqa: PLC0415

    try:
        found = loadmat(path)
    except (
        MatReadError,
        OSError,
        EOFError,
        ValueError,
        TypeError,
        NotImplementedError,
        LookupError,
        zlib.error,
    ) as error:
        raise SetError(f"{path} is no MATLAB file that can be read ({error}).") from error
    missing = [name for name in names if name not in found]
    if missing:
        there = ", ".join(name for name in found if not name.startswith("__"))
        raise SetError(f"{path} has no variable {', '.join(missing)}; it has: {there or 'none'}.")
    return [_flat(found[name]) for name in names]


def _flat(found: Any) -> NDArray[Any]:
    array = np.asarray(found).ravel()
    if array.dtype != object:
        return array
    return np.array(["".join(map(str, np.asarray(cell).ravel()[:1])) for cell in array])
