"""Excel sheets as lines of text, read with the standard library.

An .xlsx file is a zip of XML: `xl/workbook.xml` names the sheets, `xl/sharedStrings.xml` holds the texts that
cells refer to by number. Formulas were computed when the file was saved; their values are taken.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import (
    ElementTree as Xml,
)  # a label file is read by who got it; expat limits entities

from iqabench.errors import SetError
from iqabench.zip_damage import ZIP_DAMAGE

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REF = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_xlsx(path: Path, sheet: str = "") -> Iterator[tuple[int, list[str]]]:
    """Give line numbers and cells of a sheet, the first one unless it is named.

    Raises: SetError when the file is damaged or has no such sheet.
    """
    try:
        with zipfile.ZipFile(path) as book:
            lines = list(_lines(book, _member(book, path, sheet)))
    except (OSError, Xml.ParseError, LookupError, *ZIP_DAMAGE) as error:
        raise SetError(f"{path} is no Excel file (.xlsx) that can be read ({error}).") from error
    return iter(lines)


def _member(book: zipfile.ZipFile, path: Path, sheet: str) -> str:
    """Return the name of the file in the zip that is the sheet."""
    sheets = {
        s.get("name", ""): s.get(_REF, "")
        for s in _xml(book, "xl/workbook.xml").iter(f"{_MAIN}sheet")
    }
    if sheet and sheet not in sheets:
        raise SetError(f"{path} has no sheet '{sheet}'; it has: {', '.join(sheets)}.")
    wanted = sheets[sheet] if sheet else next(iter(sheets.values()))
    relations = _xml(book, "xl/_rels/workbook.xml.rels")
    targets = {r.get("Id", ""): r.get("Target", "") for r in relations}
    target = targets[wanted]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _lines(book: zipfile.ZipFile, member: str) -> Iterator[tuple[int, list[str]]]:
    shared = _shared(book)
    for at, row in enumerate(_xml(book, member).iter(f"{_MAIN}row"), 1):
        cells: dict[int, str] = {}
        for place, cell in enumerate(row.iter(f"{_MAIN}c")):
            cells[_column(cell.get("r"), place)] = _value(cell, shared)
        width = max(cells, default=-1) + 1
        yield int(row.get("r", at)), [cells.get(i, "") for i in range(width)]


def _shared(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    return [_said(item) for item in _xml(book, "xl/sharedStrings.xml").iter(f"{_MAIN}si")]


def _value(cell: Xml.Element, shared: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return _said(cell)
    value = cell.findtext(f"{_MAIN}v") or ""
    return shared[int(value)] if cell.get("t") == "s" and value else value


def _said(item: Xml.Element) -> str:
    return "".join(part.text or "" for part in item.iter(f"{_MAIN}t"))


def _column(reference: str | None, place: int) -> int:
    """Return the number of a column, counted from 0: D5 is in column 3."""
    letters = re.match(r"[A-Z]+", reference or "")
    if not letters:
        return place
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _xml(book: zipfile.ZipFile, member: str) -> Xml.Element:
    return Xml.fromstring(book.read(member))  # noqa: S314 - see the import
