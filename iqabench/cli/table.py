"""Rows on standard output: a table for people, or JSON, CSV and Markdown."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.printable import printable

with lazy_imports():
    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table

Rows = Sequence[Mapping[str, Any]]

_LONG = 50
"""The number of rows from which a table that needs no folding is printed line by line."""


def print_rows(rows: Rows, form: str | None, *, keep: str = "") -> None:
    """Print rows as a table, or in the form json, csv or markdown.

    Cells of the table have no control characters but those in `keep`, such as line breaks.
    """
    rows = [{key: _plain(value) for key, value in row.items()} for row in rows]
    if form == "json":
        click.echo(json.dumps([{k: _json(v) for k, v in r.items()} for r in rows], indent=2))
    elif form == "csv":
        click.echo(_csv(rows), nl=False)
    elif form == "markdown":
        click.echo(_markdown(rows))
    else:
        _print_table(rows, keep)


def _print_table(rows: Rows, keep: str) -> None:
    names = _names(rows)
    numbers = [
        all(isinstance(row.get(name), (int, float, type(None))) for row in rows) for name in names
    ]
    cells = [[_text(row.get(name), keep) for name in names] for row in rows]
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 250  # a file or a pipe has no edge to wrap at
    widths = [max(map(cell_len, column)) for column in zip(names, *cells, strict=True)]
    is_long = len(rows) >= _LONG and sum(widths) + 3 * len(widths) <= console.width
    if not is_long or keep:
        console.print(_table(names, numbers, cells))
        return
    console.print(_table(names, numbers, [], widths))  # rich lays out each row anew, at 2 ms
    for row in cells:
        places = zip(row, widths, numbers, strict=True)
        click.echo("   ".join(_padded(text, width, right=right) for text, width, right in places))


def _table(
    names: Sequence[str],
    numbers: Sequence[bool],
    cells: Sequence[Sequence[str]],
    widths: Sequence[int] | None = None,
) -> "Table":
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for at, name in enumerate(names):
        justify: Literal["left", "right"] = "right" if numbers[at] else "left"
        least = widths[at] if widths else None
        table.add_column(name, justify=justify, overflow="fold", min_width=least)
    for row in cells:
        table.add_row(*row)
    return table


def _padded(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def _csv(rows: Rows) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, _names(rows), lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: "" if v is None else v for k, v in row.items()} for row in rows)
    return out.getvalue()


def _markdown(rows: Rows) -> str:
    names = _names(rows)
    lines = [names, ["---"] * len(names)]
    lines += [[_text(r.get(n)).replace("|", "\\|").replace("\n", " ") for n in names] for r in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _names(rows: Rows) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _plain(value: Any) -> Any:
    """Return None for NaN, which pandas has for a missing number."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, float) and math.isinf(value) else value


def _text(value: Any, keep: str = "") -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}" if math.isfinite(value) else str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(str(value), keep)
