"""`iqabench reproduce`."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from iqabench.boards import board, entries_of
from iqabench.boards.check import Check, check
from iqabench.challenge import Compared, reproduce
from iqabench.cli.board_checks import print_checks, print_unprinted, unprinted
from iqabench.cli.board_submissions import print_submissions, reproduce_submissions
from iqabench.cli.options import (
    device_option,
    examples,
    sets_option,
    store_option,
    table_options,
)
from iqabench.cli.progress import watching
from iqabench.cli.result import SOME_FAILED
from iqabench.cli.table import print_rows
from iqabench.errors import UsageError
from iqabench.run import Options
from iqabench.store import Store


@click.command(
    "reproduce",
    epilog=examples(
        "iqabench reproduce ntire2022-esr --published",
        "iqabench reproduce ntire2026-esr --model span --no-cost",
        "iqabench reproduce ./my_board.yaml",
        "iqabench reproduce ntire2022-esr --submissions ~/NTIRE2022_ESR --trust",
    ),
)
@click.argument("name", metavar="BOARD")
@click.option("--model", "models", multiple=True, metavar="NAME",
              help="Only these of the board's models; repeatable.")  # fmt: skip
@click.option("--published", "only_published", is_flag=True,
              help="Recompute scores and ranks from the published measurements; run nothing.")  # fmt: skip
@click.option(
    "--submissions", "checkout", type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR", help="Measure the challenge's own submissions, from a checkout of its repository.",
)  # fmt: skip
@click.option("--trust", is_flag=True, help="Run the code of that checkout.")
@click.option("--id", "ids", type=int, multiple=True, metavar="N",
              help="Only these submissions; repeatable.")  # fmt: skip
@click.option("--probe", "timed", multiple=True, metavar="NAME",
              help="Measure this of submissions, too, as in latency_ms; repeatable.")  # fmt: skip
@click.option("--no-cost", is_flag=True, help="Measure quality alone.")
@click.option(
    "--no-time",
    is_flag=True,
    help="Measure nothing that depends on the machine: no latency, no memory.",
)
@sets_option
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="Only the first N images of a set."
)
@device_option
@store_option
@table_options
def command(
    name: str, models: tuple[str, ...], only_published: bool, checkout: Path | None, trust: bool,
    ids: tuple[int, ...], timed: tuple[str, ...], no_cost: bool, no_time: bool, sets: dict[str, str],
    limit: int | None, device: str, store: Path, form: str | None,
) -> None:  # fmt: skip
    """Reproduce BOARD, a challenge or a table: its ranks from its figures, and its figures by running.

    First every published score and rank is recomputed from the published measurements; 'rounding' is a
    difference that the printed digits explain, 'erratum' one that the board explains. Then the models that
    are registered here are run, and published stands beside measured; with --submissions it is the networks
    that were sent in. The exit status is 3 when a figure is out of tolerance or a rank does not follow.
    """
    meant = board(name).with_sets(sets)
    if checkout is not None:
        with watching() as watch:
            sent = reproduce_submissions(
                meant, checkout, trust=trust, ids=ids, timed=timed, watch=watch
            )
        sys.exit(0 if print_submissions(sent, form) else SOME_FAILED)
    if ids or timed or trust:
        raise UsageError("--trust, --id and --probe are about --submissions, which is not given.")
    entries = entries_of(meant)
    checks, compared = check(meant, entries), list[Compared]()
    plain = form not in ("json", "csv")
    if plain:
        print_checks(checks, form)
    if plain and only_published:
        print_unprinted(meant, entries, form)
    if not only_published:
        options = Options(device=device, limit=limit)
        with watching() as watch:
            compared, found = reproduce(
                meant, Store(store), options, models, watch, costs=not no_cost, timed=not no_time
            )
        for warning in found.warnings:
            click.echo(f"warning: {warning}", err=True)
    if plain:
        _print_compared(compared, form)
    else:
        print_rows(_rows(checks, unprinted(meant, entries), compared), form)
    wrong = any(c.verdict == "differs" for c in checks) or any(c.verdict == "out" for c in compared)
    sys.exit(SOME_FAILED if wrong else 0)


def _rows(
    checks: list[Check], recomputed: list[dict[str, Any]], compared: list[Compared]
) -> list[dict[str, Any]]:
    rows = [{"depth": "published", **asdict(c), "column": c.what} for c in checks]
    rows += [{"depth": "recomputed", **row} for row in recomputed]
    return rows + [{"depth": "runs", **asdict(c)} for c in compared]


def _print_compared(compared: list[Compared], form: str | None) -> None:
    run = [c for c in compared if c.verdict != "not run"]
    if run:
        click.echo()
        print_rows(
            [
                {
                    "entry": c.entry, "model": c.model, "column": c.column, "published": f"{c.published:g}",
                    "measured": f"{c.measured:.6g}", "difference": f"{c.difference:+.3g}",
                    "tolerance": "" if c.tolerance is None else f"{c.tolerance:g}", "verdict": c.verdict,
                    "note": c.why,
                }
                for c in run
            ],
            form,
        )  # fmt: skip
    reasons: dict[str, list[str]] = {}
    for c in compared:
        if c.verdict == "not run":
            reasons.setdefault(c.why, []).append(f"{c.model} {c.column}")
    for why, cells in reasons.items():
        more = f" and {len(cells) - 4} more" if len(cells) > 4 else ""
        click.echo(f"not run: {', '.join(cells[:4])}{more}: {why}", err=True)
