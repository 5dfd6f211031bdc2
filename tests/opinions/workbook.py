"""Excel files for tests."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

_BOOK = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACK = "http://schemas.openxmlformats.org/package/2006/relationships"


def xlsx(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    """Write a workbook as Excel does: shared texts, plain numbers, no empty cells."""
    shared: dict[str, int] = {}
    with zipfile.ZipFile(path, "w") as book:
        for at, table in enumerate(sheets.values(), 1):
            rows = "".join(_row(number, row, shared) for number, row in enumerate(table, 1))
            book.writestr(
                f"xl/worksheets/sheet{at}.xml",
                f'<worksheet xmlns="{_BOOK}"><sheetData>{rows}</sheetData></worksheet>',
            )
        items = "".join(f"<si><r><t>{escape(text)}</t></r></si>" for text in shared)
        book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_BOOK}">{items}</sst>')
        names = "".join(
            f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>'
            for at, name in enumerate(sheets, 1)
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_BOOK}" xmlns:r="{_LINK}"><sheets>{names}</sheets></workbook>',
        )
        links = "".join(
            f'<Relationship Id="rId{at}" Target="worksheets/sheet{at}.xml"/>'
            for at in range(1, len(sheets) + 1)
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACK}">{links}</Relationships>'
        )


def _row(number: int, row: list[object], shared: dict[str, int]) -> str:
    cells = ""
    for column, value in enumerate(row):
        place = f"{chr(ord('A') + column)}{number}"
        if isinstance(value, str) and value:
            cells += f'<c r="{place}" t="s"><v>{shared.setdefault(value, len(shared))}</v></c>'
        elif value != "":
            cells += f'<c r="{place}"><v>{value!r}</v></c>'
    return f'<row r="{number}">{cells}</row>'
