"""The result of a run or a scoring: a table on standard output, failures and notes on standard error."""

from collections.abc import Iterable, Sequence
from typing import Any

import click

from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.report.data.costs import cost_rows, with_costs
    from iqabench.report.data.rows import rows
    from iqabench.report.text.figures import cost_figure
    from iqabench.run import Failure, Outcome
    from iqabench.run.scoring.pairing import Pairing
    from iqabench.store import Store

_SHOWN = 20
_NAMED = 5

SHOWN = (
    "model",
    "set",
    "level",
    "sample",
    "column",
    "value",
    "unit",
    "better",
    "n",
    "failed",
    "error",
)
"""The columns that people see; the machine-readable forms have everything."""


def print_outcome(
    outcome: Outcome, store: Store, form: str | None, *, per_image: bool, costs: Iterable[str] = ()
) -> int:
    """Print the rows of an outcome beside those costs; return the exit status: 0, or 3 for failures."""
    shown = rows(store, outcome.keys, per_image=per_image)
    cost_cells = cost_rows(store, costs) if costs else []
    if form not in ("json", "csv"):
        names = [c["column"] for c in cost_cells]
        cost_cells = [{**c, "value": cost_figure(c["value"], c["unit"])} for c in cost_cells]
        shown = [_for_people(row, names) for row in with_costs(shown, cost_cells)]
    else:
        shown = with_costs(shown, cost_cells)
    print_rows(shown, form)
    if outcome.skipped:
        click.echo(
            f"{outcome.skipped} images had their records already; --force runs them again.",
            err=True,
        )
    tell_failures(outcome.failures)
    return SOME_FAILED if outcome.failures else 0


def tell_failures(failures: Sequence[Failure]) -> None:
    """Print each reason once, with the images that failed by it, on standard error."""
    samples: dict[tuple[str, str], list[str]] = {}
    for failure in failures:
        samples.setdefault((failure.where, failure.error), []).append(failure.sample)
    reasons = list(samples.items())
    for (where, error), names in reasons[:_SHOWN]:
        named = [n for n in names if n]
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        place = f"{where} on {', '.join(named[:_NAMED])}{more}" if named else where
        click.echo(f"failed: {place}: {error}", err=True)
    if len(reasons) > _SHOWN:
        click.echo(f"... and {len(reasons) - _SHOWN} more reasons.", err=True)


def tell_unpaired(pairing: Pairing) -> None:
    """Print the names of images that have no partner, on standard error."""
    for what, names in (
        ("outputs without a target", pairing.outputs_without_target),
        ("targets without an output", pairing.targets_without_output),
    ):
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            click.echo(f"{len(names)} {what}: {', '.join(names[:_SHOWN])}{more}", err=True)


def _for_people(row: dict[str, Any], costs: Iterable[str]) -> dict[str, Any]:
    """Return the shown columns; the label tells two configurations of a model apart, as in bf16."""
    shown = {**row, "model": row["label"]}
    kept = SHOWN if row.get("error") or "error" not in row else SHOWN[:-1]
    return {name: shown[name] for name in (*kept, *costs) if name in shown}
