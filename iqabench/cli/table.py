"""Rows on standard output: a table for people, or JSON, CSV and Markdown."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.printable import printable

with lazy_imports():
    from rich import box
    from rich.console import Console
    from rich.table import Table

Rows = Sequence[Mapping[str, Any]]


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
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in _names(rows):
        number = all(isinstance(r.get(name), (int, float, type(None))) for r in rows)
        table.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_text(row.get(name), keep) for name in _names(rows)))
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 250  # a file or a pipe has no edge to wrap at
    console.print(table)


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
