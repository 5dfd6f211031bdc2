"""A table of costs as Markdown, CSV and LaTeX; quoting as in `table_formats`."""

import csv
import io
import re
from collections.abc import Callable

from iqabench.report.data.cost_tables import CostCell, CostRow, CostTable
from iqabench.report.data.labels import cost_title
from iqabench.report.data.subjects import MeasuredColumn
from iqabench.report.text.figures import ABSENT, short_unit
from iqabench.report.text.table_formats import (
    ARROWS,
    LATEX_MARKS,
    MARKDOWN_MARKS,
    latex_table,
    latex_text,
    markdown_grid,
    markdown_text,
)


def cost_markdown(table: CostTable) -> str:
    """Return a heading with the device, and the table with intervals, best bold and second underlined."""
    heads = [markdown_text(text) for text in _heads(table)]
    body = [_row(table, row, markdown_text, MARKDOWN_MARKS) for row in table.rows]
    return f"### {markdown_text(_title(table))}\n\n{markdown_grid(heads, body)}\n"


def cost_latex(table: CostTable) -> str:
    """Return a `table` environment for booktabs; the caption names the device."""
    lines = [[latex_text(text) for text in _heads(table)]]
    lines += [_row(table, row, latex_text, LATEX_MARKS) for row in table.rows]
    label = re.sub(r"[^A-Za-z0-9]+", "-", _title(table)).strip("-")
    return latex_table(lines, latex_text(f"{_title(table)}."), label)


def cost_csv(table: CostTable) -> str:
    """Return all digits, and for each column the ends of its interval; a failed cost is empty and has a
    reason.
    """
    heads = [
        "device",
        "input",
        "scale",
        "model",
        "model_hash",
        "precision",
        "mode",
        "device_class",
        "random_weights",
    ]
    parts = [f"{label}{part}" for label in table.labels for part in ("", " low", " high", " error")]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads + parts)
    for row in table.rows:
        how, scale = row.who
        facts = (
            table.device,
            row.size,
            scale,
            row.label,
            how.model_hash,
            how.precision,
            how.mode,
            how.device_class,
            how.random_weights,
        )
        writer.writerow([*facts, *(x for cell in row.cells for x in _numbers(cell))])
    return out.getvalue()


def _title(table: CostTable) -> str:
    return f"Cost on {table.device}, {', '.join(table.sizes)}"


def _heads(table: CostTable) -> list[str]:
    sizes = ["Input"] if len(table.sizes) > 1 else []
    heads = [_head(c, label) for c, label in zip(table.columns, table.labels, strict=True)]
    return ["Model", *sizes, *heads]


def _head(column: MeasuredColumn, label: str) -> str:
    """Return title, convention, version if needed, unit and arrow of a column."""
    _, at, convention = label.removeprefix(column.metric).partition("@")
    unit = short_unit(column.unit)
    unit = f" ({unit})" if unit else ""
    return f"{cost_title(column)}{at}{convention}{unit}{ARROWS.get(column.better, '')}"


def _row(
    table: CostTable, row: CostRow, quote: Callable[[str], str], marks: dict[int, str]
) -> list[str]:
    sizes = [quote(row.size)] if len(table.sizes) > 1 else []
    return [quote(row.label), *sizes, *(_marked(cell, quote, marks) for cell in row.cells)]


def _marked(cell: CostCell | None, quote: Callable[[str], str], marks: dict[int, str]) -> str:
    if cell is None:
        return quote(ABSENT)
    interval = f" [{cell.low}, {cell.high}]" if cell.low else ""
    return marks[cell.place].format(quote(cell.text)) + quote(interval)


def _numbers(cell: CostCell | None) -> tuple[object, ...]:
    if cell is None:
        return "", "", "", ""
    value = "" if cell.cost.value is None else repr(cell.cost.value)
    low, high = cell.cost.interval or ("", "")
    return value, low, high, cell.cost.error
