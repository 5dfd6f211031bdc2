"""Rows of a CSV with their line numbers; lines that begin with # are remarks."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from iqabench.boards.values import BoundedValue
from iqabench.errors import FactsError

NOTHING = ("", "-", "N/A", "n/a", "–")
"""Cells that hold no figure."""


@dataclass(frozen=True)
class CsvRow:
    """A row of a CSV, with its place in the file."""

    path: Path
    line: int
    cells: dict[str, str]

    @property
    def at(self) -> str:
        """File and line, for messages."""
        return f"{self.path}:{self.line}"

    def number(self, column: str, digits: int | None = None) -> BoundedValue | None:
        """Return the figure in a column; None without a column, or where its cell holds nothing.

        Raises: FactsError with file and line when the cell is no number.
        """
        text = self.cells[column] if column else ""
        if text in NOTHING:
            return None
        try:
            return BoundedValue.printed(text, digits)
        except ValueError as error:
            raise FactsError(
                f"{self.at}: '{text}' in {column} is no number; expected one, or nothing."
            ) from error


def remarks_of(path: Path, named_by: Path) -> dict[str, str]:
    """Return a file's remarks, such as `# source: the README`, by their first words.

    Raises: FactsError when it cannot be read.
    """
    matches = (re.match(r"#\s*(\w+):\s+(\S.*)", line) for line in _lines(path, named_by))
    return {one[1]: one[2].strip() for one in matches if one}


def rows_of(path: Path, wanted: Sequence[str], named_by: Path) -> Iterator[CsvRow]:
    """Yield the rows of a file that must have the wanted columns, as another file says.

    Raises: FactsError when it cannot be read, lacks a column, or a row has more or fewer cells than the head.
    """
    kept = [
        (at, line)
        for at, line in enumerate(_lines(path, named_by), 1)
        if line.strip() and not line.startswith("#")
    ]
    reader = csv.reader(line for _, line in kept)
    head = [name.strip() for name in next(reader, [])]
    missing = sorted(set(wanted) - set(head))
    if missing:
        line = kept[0][0] if kept else 1
        raise FactsError(
            f"{path}:{line}: lacks the columns {', '.join(missing)}, which {named_by} names; it has "
            f"{', '.join(head) or 'none'}."
        )
    for cells in reader:
        row = CsvRow(
            path, kept[reader.line_num - 1][0], dict(zip(head, map(str.strip, cells), strict=False))
        )
        if len(cells) != len(head):
            raise FactsError(f"{row.at}: {len(cells)} cells; expected {len(head)}, as in the head.")
        yield row


def _lines(path: Path, named_by: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        why = error.strerror
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    raise FactsError(f"{named_by}: its published figures {path} cannot be read: {why}.")
