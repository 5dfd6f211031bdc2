"""A Pareto front as LaTeX: the models of each set, or device, with those on the front in bold."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from iqabench.errors import UnknownNameError, UsageError
from iqabench.protocols import protocol
from iqabench.report.text.figures import ABSENT, cost_number, figure
from iqabench.report.text.table_formats import latex_table, latex_text


def front_latex(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> str:
    """Return a `table` environment for booktabs for each set or device; `rows` and `names` as `fronts` has
    them.

    The caption names the columns, with the versions of their protocols.
    """
    groups = groupby(
        rows, key=lambda row: tuple(row.get(n) or "" for n in ("set", "level", "device"))
    )
    return "\n".join(
        _table([*some], " ".join(p for p in place if p), names) for place, some in groups
    )


def _table(rows: list[dict[str, Any]], place: str, names: Sequence[str]) -> str:
    columns = ", ".join(_with_version(name) for name in names)
    caption = f"{place}: in bold the Pareto front over {columns}."
    heads = [latex_text(text) for text in ("Model", *names)]
    return latex_table([heads, *(_line(row, names) for row in rows)], latex_text(caption))


def _line(row: dict[str, Any], names: Sequence[str]) -> list[str]:
    texts = [latex_text(str(row["model"])), *(latex_text(_figure(row[n])) for n in names)]
    return [rf"\textbf{{{text}}}" for text in texts] if row["front"] else texts


def _figure(value: float | None) -> str:
    """Return counts as tables have them, anything else to four decimals."""
    if value is None:
        return ABSENT
    return cost_number(value, "1") if isinstance(value, int) else figure(value, "1")


def _with_version(name: str) -> str:
    """Return a column's name with the version of its protocol, if it has one."""
    try:
        return f"{name} (protocol version {protocol(name.partition('@')[2]).version})"
    except (UnknownNameError, UsageError):
        return name
