"""A table of several sets as Markdown, CSV and LaTeX: PSNR/SSIM in a cell, the mean over the sets last."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence

from iqabench.report.data.labels import column_facts, quality_title
from iqabench.report.data.set_table_rows import MeanOverSets, SetTableRow
from iqabench.report.data.set_tables import SetTable
from iqabench.report.data.tables import TableCell
from iqabench.report.text.figures import ABSENT, parameters
from iqabench.report.text.table_formats import (
    ARROWS,
    LATEX_MARKS,
    MARKDOWN_MARKS,
    latex_table,
    latex_text,
    markdown_grid,
    markdown_text,
)

Quote = Callable[[str], str]
Marks = Mapping[int, str]


def sets_markdown(table: SetTable) -> str:
    """Return a heading, the table with best bold and second underlined in each figure, and what it means."""
    heads = [markdown_text(head) for head in _heads(table)]
    body = [_row(row, markdown_text, MARKDOWN_MARKS) for row in table.rows]
    facts = dict.fromkeys(column_facts(c) for part in table.parts for c in part.columns)
    said = "\n".join(f"- {markdown_text(line)}" for line in (*facts, *table.words))
    title = f"{table.title}: {_metrics(table)}, {', '.join(table.protocols)}"
    return f"### {markdown_text(title)}\n\n{markdown_grid(heads, body)}\n\n{said}\n"


def sets_latex(table: SetTable) -> str:
    """Return a `table` environment for booktabs; the caption names figures, protocols and what Mean means."""
    lines = [[latex_text(head) for head in _heads(table)]]
    lines += [_row(row, latex_text, LATEX_MARKS) for row in table.rows]
    versions = {
        f"{c.protocol} version {c.protocol_version or 'unknown'} ({c.protocol_hash})": None
        for part in table.parts
        for c in part.columns
    }
    word = "Protocol" if len(versions) == 1 else "Protocols"
    said = (
        f"{table.title}, {_metrics(table)}. {word}: {'; '.join(versions)}. {' '.join(table.words)}"
    )
    label = re.sub(r"[^A-Za-z0-9]+", "-", f"sets-{table.name}").strip("-")
    return latex_table(lines, latex_text(said), label)


def sets_csv(table: SetTable) -> str:
    """Return all digits: for each set its figures and n, then the means, or the reason why there is none."""
    heads = ["table", "model", "random_weights", "params"]
    for part in table.parts:
        heads += [f"{part.head} {column.column}" for column in part.columns]
        heads.append(f"{part.head} n")
    names = [column.column for column in table.columns]
    heads += [*(f"mean over sets {name}" for name in names), "why no mean"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    for row in table.rows:
        params = "" if row.params is None else row.params
        line: list[object] = [table.name, row.label, row.random_weights, params]
        for cells in row.cells:
            line += [_number(cell) for cell in cells]
            line.append(max((cell.mean.n for cell in cells if cell), default=""))
        means = ["" if mean is None else repr(mean.value) for mean in row.means]
        writer.writerow([*line, *means, row.reason])
    return out.getvalue()


def _metrics(table: SetTable) -> str:
    """Return the figures of a cell with the directions in which they are better: `PSNR ↑/SSIM ↑`."""
    return "/".join(quality_title(c) + ARROWS.get(c.better, "") for c in table.columns)


def _heads(table: SetTable) -> list[str]:
    own = len(table.protocols) > 1
    sets = [f"{p.head} ({p.protocol})" if own else p.head for p in table.parts]
    return ["Model", "Parameters", *sets, "Mean"]


def _row(row: SetTableRow, quote: Quote, marks: Marks) -> list[str]:
    sets = [_cell(cells, quote, marks) for cells in row.cells]
    mean = _figures(row.means, quote, marks) if row.has_mean else quote(ABSENT)
    why = quote(f" ({row.reason})" if row.reason else "")
    return [quote(row.label), quote(parameters(row.params)), *sets, mean + why]


def _cell(cells: Sequence[TableCell | None], quote: Quote, marks: Marks) -> str:
    """Return the figures of a set, and how many images they are of where others have more."""
    if not any(cells):
        return quote(ABSENT)
    partial = next((cell.partial for cell in cells if cell and cell.partial), "")
    return _figures(cells, quote, marks) + quote(f" ({partial})" if partial else "")


def _figures(figures: Sequence[TableCell | MeanOverSets | None], quote: Quote, marks: Marks) -> str:
    """Return figures with a slash between them, each with the mark of its own place."""
    return "/".join(
        quote(ABSENT) if one is None else marks[one.place].format(quote(one.text))
        for one in figures
    )


def _number(cell: TableCell | None) -> str:
    return "" if cell is None or cell.mean.value is None else repr(cell.mean.value)
