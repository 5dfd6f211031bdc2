"""The command `iqabench reproduce`."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from iqabench.cli.board_checks import print_checks, print_corrections, print_unprinted, unprinted
from iqabench.cli.board_runs import print_compared, summary
from iqabench.cli.budget import budget_option
from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.options import (
    allow_missing_option,
    bundle,
    device_option,
    examples,
    sets_option,
    store_option,
    table_options,
    trust_option,
)
from iqabench.cli.progress import watching
from iqabench.cli.submissions import rank_submissions
from iqabench.cli.table import print_rows
from iqabench.errors import UsageError
from iqabench.trust import is_trusting

with lazy_imports():
    from iqabench.boards import Board, Correction, board, corrections, entries_of
    from iqabench.boards.check import Check, check
    from iqabench.challenge import ReproducedCell, reproduce
    from iqabench.probes.timing import Sampling
    from iqabench.remote import open_store
    from iqabench.run import Options
    from iqabench.store import Store

_FOR_MACHINES = ("json", "csv")


@dataclass(frozen=True)
class SentSubmissions:
    """The checkout of a challenge's own submissions, and what is measured of them."""

    checkout: Path | None
    ids: tuple[int, ...]
    probes: tuple[str, ...]


@dataclass(frozen=True)
class BoardRuns:
    """The limits of what is run and measured for a board."""

    sampling: Sampling
    timeout: float
    no_cost: bool
    no_time: bool
    sets: dict[str, str]
    limit: int | None
    allow_missing: bool
    device: str


submission_options = bundle(
    "submissions",
    SentSubmissions,
    click.option(
        "--submissions",
        "checkout",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        metavar="DIR",
        help="Instead of models: the challenge's own submissions, from a checkout of its "
        "repository, which is not changed; nothing is recorded.",
    ),
    click.option(
        "--id",
        "ids",
        type=int,
        multiple=True,
        metavar="N",
        help="Only these submissions; repeatable.",
    ),
    click.option(
        "--probe",
        "probes",
        multiple=True,
        metavar="NAME",
        help="Probe that depends on the machine, such as latency_ms: submissions are measured in turn "
        "with the baseline; repeatable.",
    ),
)
run_options = bundle(
    "runs",
    BoardRuns,
    budget_option,
    click.option(
        "--timeout",
        type=click.FloatRange(1),
        default=600.0,
        show_default=True,
        metavar="SECONDS",
        help="Time limit for each submission.",
    ),
    click.option("--no-cost", is_flag=True, help="Measure only quality."),
    click.option(
        "--no-time",
        is_flag=True,
        help="Measure nothing that depends on the machine, such as latency and memory.",
    ),
    sets_option,
    click.option(
        "--limit", type=click.IntRange(1), metavar="N", help="Only the first N images of a set."
    ),
    allow_missing_option,
    device_option,
)


@click.command(
    "reproduce",
    epilog=examples(
        "iqabench reproduce ntire2022-esr --published",
        "iqabench reproduce ntire2026-esr --model span --no-cost",
        "iqabench reproduce ./my_board.yaml",
        "iqabench reproduce ntire2022-esr --submissions ~/NTIRE2022_ESR --trust",
        "iqabench reproduce ntire2026-esr --submissions ~/NTIRE2026_ESR --trust --probe latency_ms",
    ),
)
@click.argument("name", metavar="BOARD")
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME",
    help="Only these of the board's models; repeatable.",
)
@click.option(
    "--published",
    "only_published",
    is_flag=True,
    help="Recompute scores and ranks from the published measurements; run nothing.",
)
@submission_options
@trust_option
@run_options
@store_option
@table_options
def command(
    name: str,
    models: tuple[str, ...],
    only_published: bool,
    submissions: SentSubmissions,
    runs: BoardRuns,
    store: str | Path,
    form: str | None,
) -> None:
    """Reproduce BOARD, a challenge or a table: its ranks from its figures, and its figures by running.

    First every published score and rank is recomputed from the published measurements; 'rounding' is a
    difference that the printed digits explain, 'erratum' one that the board explains. Then the models that
    are registered here are run, and published stands beside measured; with --submissions it is the networks
    that were sent in. The exit status is 3 when a figure is out of tolerance or a rank does not follow.
    """
    chosen_board = board(name).with_sets(runs.sets)
    if submissions.checkout is not None:
        _check_alone(models, runs, only_published=only_published)
        status = rank_submissions(
            chosen_board,
            submissions.checkout,
            form,
            trust=is_trusting(),
            ids=submissions.ids,
            timed=submissions.probes,
            timeout_s=runs.timeout,
            sampling=runs.sampling,
        )
        sys.exit(status)
    if submissions.ids or submissions.probes:
        raise UsageError("--id and --probe apply only to --submissions, which is not given.")
    checks = _print_board_checks(chosen_board, form, all_of_it=only_published)
    cells: list[ReproducedCell] = []
    missing: list[str] = []
    if not only_published:
        cells, missing = _run(chosen_board, open_store(store), models, runs)
    status = _print_cells(chosen_board, checks, cells, form)
    tell(summary(chosen_board, cells, ran=not only_published))
    for line in missing:
        tell(f"missing: {line}")
    sys.exit(SOME_FAILED if missing and not runs.allow_missing else status)


def _check_alone(models: Sequence[str], runs: BoardRuns, *, only_published: bool) -> None:
    """Raise UsageError for options that do not apply to submissions."""
    given = {
        "--model": models,
        "--published": only_published,
        "--no-cost": runs.no_cost,
        "--no-time": runs.no_time,
        "--limit": runs.limit,
        f"--device {runs.device}": runs.device not in ("auto", "cpu"),
    }
    if wrong := [option for option, is_given in given.items() if is_given]:
        raise UsageError(
            f"{wrong[0]} does not go with --submissions: they are counted on the CPU, timed only with "
            "--probe, and restore no images."
        )


def _print_board_checks(board: Board, form: str | None, *, all_of_it: bool) -> list[Check]:
    """Check what follows from the published figures, and print it for people before anything runs."""
    entries = entries_of(board)
    checks = check(board, entries)
    if form not in _FOR_MACHINES:
        print_checks(checks, form)
        if all_of_it:
            print_unprinted(board, entries, form)
            print_corrections(board, entries, form)
    return checks


def _run(
    board: Board, store: Store, models: Sequence[str], runs: BoardRuns
) -> tuple[list[ReproducedCell], list[str]]:
    """Run the board's models, and print warnings of the machine; return what is missing, in words, too."""
    options = Options(device=runs.device, limit=runs.limit)
    with watching() as watch:
        cells, measurement = reproduce(
            board,
            store,
            options,
            models,
            watch,
            costs=not runs.no_cost,
            timed=not runs.no_time,
            sampling=runs.sampling,
        )
    for warning in measurement.warnings:
        tell(f"warning: {warning}")
    return cells, measurement.missing


def _print_cells(
    board: Board, checks: list[Check], compared: list[ReproducedCell], form: str | None
) -> int:
    """Print what was run, or everything for machines, and return the status."""
    if form in _FOR_MACHINES:
        entries = entries_of(board)
        changed = corrections(board, entries)
        print_rows(_rows(checks, unprinted(board, entries), changed, compared), form)
    else:
        print_compared(compared, form)
    wrong = any(c.verdict == "differs" for c in checks) or any(c.verdict == "out" for c in compared)
    return SOME_FAILED if wrong else 0


def _rows(
    checks: list[Check],
    recomputed: list[dict[str, Any]],
    changed: list[Correction],
    compared: list[ReproducedCell],
) -> list[dict[str, Any]]:
    rows = [{"depth": "published", **asdict(c), "column": c.what} for c in checks]
    rows += [{"depth": "recomputed", **row} for row in recomputed]
    rows += [{"depth": "corrected", **asdict(c), "column": c.what} for c in changed]
    return rows + [{"depth": "runs", **asdict(c)} for c in compared]
