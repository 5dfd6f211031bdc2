"""Costs on standard output: one line for each model and size for people, else one row for each cost."""

from collections.abc import Iterable, Sequence
from typing import Any

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.report.data.costs import cost_rows
    from iqabench.report.data.growth import growth, megapixels_of
    from iqabench.report.text.figures import cost_figure
    from iqabench.store import Store

_MACHINE_FORMS = ("json", "csv")
_FEW = 4
"""The number of models and sizes up to which columns are printed as rows: a terminal is higher than it is
wide."""


def print_costs(
    store: Store,
    keys: Iterable[str],
    form: str | None,
    *,
    wanted: Sequence[str] = (),
    operators: bool = False,
) -> None:
    """Print costs in the asked form, columns in the order of `wanted`.

    How costs grow, where a sweep was measured, and what counts say of themselves goes to standard error.
    """
    rows = cost_rows(store, keys)
    place = {name: at for at, name in enumerate(wanted)}
    rows.sort(key=lambda row: place.get(_name(row), len(place)))
    if form in _MACHINE_FORMS:
        print_rows([_flat(row, form) for row in rows], form)
        return
    lines = _lines(rows)
    print_rows(_turned(lines) if len(lines) <= _FEW < len(lines[0]) else lines, form)
    if operators:
        for row in rows:
            _print_operators(row, form)
    for said in (*_growths(rows), *_notes(rows)):
        tell(said)


def _flat(row: dict[str, Any], form: str) -> dict[str, Any]:
    """Return the row for JSON with its details, and without them for CSV."""
    return row if form == "json" else {k: v for k, v in row.items() if k != "details"}


def _lines(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one line for each model and size, columns side by side."""
    lines: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        at = (row["label"], row["device"], row["input"])
        line = lines.setdefault(at, {"model": row["label"], "input": row["input"]})
        line[_name(row)] = _text(row)
        ratio = row["details"].get("ratio")
        if ratio:
            low, high = ratio["interval"]
            line[f"latency by {ratio['to']}"] = f"{ratio['value']:.3f} [{low:.3f}, {high:.3f}]"
    return list(lines.values())


def _turned(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Turn columns into rows, with the models and sizes side by side."""
    heads = [f"{line['model']} {line['input']}" for line in lines]
    names = [name for line in lines for name in line if name not in ("model", "input")]
    return [
        {"cost": name, **{h: line.get(name, "") for h, line in zip(heads, lines, strict=True)}}
        for name in dict.fromkeys(names)
    ]


def _name(row: dict[str, Any]) -> str:
    """Return the column without the size."""
    return f"{row['probe']}@{row['convention']}" if row["convention"] else str(row["probe"])


def _text(row: dict[str, Any]) -> str:
    if row["error"]:
        return "failed"
    text = cost_figure(row["value"], row["unit"])
    if row["ci_low"] is None:
        return text
    return f"{text} [{cost_figure(row['ci_low'], '')}, {cost_figure(row['ci_high'], '')}]"


def _print_operators(row: dict[str, Any], form: str | None) -> None:
    """Print the operators of a count."""
    operators = row["details"].get("operators")
    if not operators:
        return
    click.echo(f"\n{row['label']}, {row['column']}")
    print_rows([{"operator": name, **facts} for name, facts in operators.items()], form)


def _growths(rows: list[dict[str, Any]]) -> list[str]:
    sweeps: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in rows:
        size = megapixels_of(row["input"])
        if size and row["value"] is not None:
            sweeps.setdefault((row["label"], _name(row)), []).append((size, row["value"]))
    lines = []
    for (label, name), points in sweeps.items():
        trend = growth(*zip(*points, strict=True))
        if trend and any(cost != points[0][1] for _, cost in points):
            lines.append(
                f"{label}: {name} = {trend.factor:.4g} x megapixels^{trend.exponent:.3f} "
                f"(R2 {trend.r2:.4f} over {trend.sizes} sizes)"
            )
    return lines


def _notes(rows: list[dict[str, Any]]) -> list[str]:
    """Return the notes of counts: what each could not see, and what its convention leaves out."""
    lines = [
        f"note: {row['label']}, {row['column']}: {note}"
        for row in rows
        for note in row["details"].get("notes", [])
    ]
    return list(dict.fromkeys(lines))
