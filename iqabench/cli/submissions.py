"""`iqabench profile --submissions`: a challenge's public submissions, and what was printed of them."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.main import INTERRUPTED as STATUS_INTERRUPTED
from iqabench.cli.progress import watching
from iqabench.cli.result import SOME_FAILED
from iqabench.cli.table import print_rows
from iqabench.errors import UsageError

with lazy_imports():
    from iqabench.boards.catalogue import shipped
    from iqabench.probes import CostColumn, Size, cost_columns
    from iqabench.report.text.figures import cost_figure
    from iqabench.submissions.measure import INTERRUPTED, SubmissionRow, measure_submissions
    from iqabench.submissions.published_counts import (
        TeamComparison,
        as_markdown,
        compare_published,
        read_published,
    )

COUNTS = (
    "params",
    "macs@exact",
    "macs@fvcore",
    "macs@ntire2022",
    "activations@ntire",
    "conv_layers@ntire",
)
"""What organisers print, under every convention that they have used."""


def profile_submissions(
    checkout: Path,
    ids: Sequence[int],
    columns: Sequence[CostColumn],
    size: Size,
    published: str | None,
    form: str | None,
    *,
    trust: bool,
    timeout_s: float,
    threads: int | None,
    stand_ins: Sequence[Path] = (),
) -> int:
    """Measure and print; the status is 0 when every model was measured and every printed figure is met.

    Raises: UsageError without `trust`; ModelError, FactsError.
    """
    table = read_published(_published(published)) if published else None
    wanted = list(columns) or cost_columns(COUNTS)
    with watching() as watch:
        rows = measure_submissions(
            checkout,
            list(ids) or None,
            wanted,
            size,
            trust=trust,
            timeout_s=timeout_s,
            threads=threads,
            stand_ins=stand_ins,
            watch=watch,
        )
    if table is None:
        _print_rows(rows, wanted, form)
        return _status(rows, good=not any(row.error or row.reasons for row in rows))
    compared = [c for c in compare_published(rows, table) if not ids or c.model_id in ids]
    _print_compared(compared, form)
    return _status(rows, good=all(c.equal for c in compared))


def _status(rows: Sequence[SubmissionRow], *, good: bool) -> int:
    if any(row.error == INTERRUPTED for row in rows):
        click.echo("interrupted; this is what was measured by then, and it is not kept.", err=True)
        return STATUS_INTERRUPTED
    return 0 if good else SOME_FAILED


def _published(name: str) -> Path:
    """A CSV by its path, or one that ships by its name.

    Raises: UsageError naming those that ship.
    """
    for path in (Path(name), shipped() / "published" / f"{name}.csv"):
        if path.is_file():
            return path
    known = ", ".join(sorted(p.stem for p in (shipped() / "published").glob("*esr*.csv")))
    raise UsageError(
        f"there are no published figures '{name}'; expected a CSV file, or one of {known}."
    )


def _print_rows(
    rows: Sequence[SubmissionRow], columns: Sequence[CostColumn], form: str | None
) -> None:
    if form in ("json", "csv"):
        print_rows([_flat(row) if form == "csv" else asdict(row) for row in rows], form)
        return
    units = {column.name: column.probe.unit for column in columns}
    print_rows([_for_people(row, units) for row in rows], form)
    for row in rows:
        for column, notes in row.notes.items():
            for note in notes:
                click.echo(
                    f"note: {row.name or row.model_id}, {column or 'loading'}: {note}", err=True
                )


def _flat(row: SubmissionRow) -> dict[str, Any]:
    return {"model_id": row.model_id, "name": row.name, **row.values, "error": row.error}


def _for_people(row: SubmissionRow, units: dict[str, str]) -> dict[str, Any]:
    values = {name: cost_figure(row.values.get(name), unit) for name, unit in units.items()}
    said = row.error or "; ".join(dict.fromkeys(row.reasons.values()))
    return {"id": row.model_id, "name": row.name, **values, "error": said}


def _print_compared(compared: Sequence[TeamComparison], form: str | None) -> None:
    if form == "markdown":
        click.echo(as_markdown(compared), nl=False)
        return
    print_rows([_beside(one) for one in compared], form)
    measured = [one for one in compared if one.measured]
    equal = sum(one.equal for one in measured)
    click.echo(
        f"{len(measured)} of {len(compared)} measured; {equal} equal to the printed digits.",
        err=True,
    )


def _beside(one: TeamComparison) -> dict[str, Any]:
    cells = {
        name: f.printed if f.equal else f"{f.printed} / {f.measured or 'none'}"
        for name, f in one.figures.items()
    }
    return {
        "id": one.model_id,
        "team": one.team,
        **cells,
        "exact_macs_G": one.exact_g,
        "equal": one.equal,
        "explanation": one.explanation,
    }
