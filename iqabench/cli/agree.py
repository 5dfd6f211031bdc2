"""`iqabench agree`."""

import sys
from pathlib import Path
from typing import Any

import click

from iqabench.cli.executor_options import executor_options
from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.options import (
    allow_missing_option,
    device_option,
    examples,
    reading_options,
    store_option,
    table_options,
    trust_option,
)
from iqabench.cli.progress import watching
from iqabench.cli.result import tell_failures, tell_notes
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.images import ReadOptions
    from iqabench.opinions import Opinions, read_opinions
    from iqabench.remote import open_store
    from iqabench.report.statistics.agreement import agreement_rows, fits_named, resampling_of
    from iqabench.run import Outcome
    from iqabench.run.agree import score_opinions
    from iqabench.run.executors.placement import Placement

_SHOWN = ("set", "column", "statistic", "fit", "value", "ci_low", "ci_high", "n", "failed")
"""The columns that people see; the machine-readable forms have everything."""


@click.command(
    "agree",
    epilog=examples(
        "iqabench agree --set tid2013 --from /data/tid2013",
        "iqabench agree --set tid2013 --from /data/tid2013 --column fsimc --fit 5",
        "iqabench agree --set koniq10k --from /data/koniq10k --column entropy --csv",
    ),
)
@click.option(
    "--set",
    "images",
    required=True,
    metavar="NAME",
    help="A set of opinions; 'iqabench list opinions' shows them all.",
)
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder of the set, as its authors hand it out.  [default: IQABENCH_HOME/opinions/NAME]",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="METRIC[@PROTOCOL]",
    help="A metric to compare with people, as in ssim@rgb; repeatable.  [default: psnr and ssim, where there "
    "are references]",
)
@click.option(
    "--fit",
    "fits",
    multiple=True,
    type=click.Choice(["none", "4", "5", "cubic"]),
    help="The fit before plcc and rmse; repeatable.  [default: none, 4 and 5]",
)
@click.option(
    "--resamples",
    type=click.IntRange(0),
    default=1000,
    show_default=True,
    metavar="N",
    help="Resamples of the bootstrap that gives the 95 % intervals of ten images or more; 0 gives none.",
)
@click.option(
    "--resample",
    "drawn",
    type=click.Choice(["samples", "references"]),
    default="samples",
    show_default=True,
    help="Draw images, or references with all images made from them.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    metavar="N",
    help="Seed of the bootstrap.",
)
@allow_missing_option
@device_option
@executor_options
@reading_options
@store_option
@trust_option
@table_options
def command(
    images: str,
    folder: Path | None,
    columns: tuple[str, ...],
    fits: tuple[str, ...],
    resamples: int,
    drawn: str,
    seed: int,
    allow_missing: bool,
    device: str,
    placement: Placement,
    reading: ReadOptions,
    store: str | Path,
    form: str | None,
) -> None:
    """Compute how well metrics agree with people: correlations with the opinions of a public set.

    The statistics are rank correlations (srcc, krcc), linear correlation and error after a named fit (plcc,
    rmse), and ntire2021, the main score of that challenge. A higher figure means better agreement, in
    whichever direction metric and opinions count; n is the number of images behind a figure. The exit status
    is 3 when there are fewer opinions than the set has, unless they may miss.
    """
    placement.check(device)
    opinions = read_opinions(images, folder, allow_missing=allow_missing)
    how = resampling_of(opinions, resamples, drawn, seed)
    records = open_store(store)
    with watching() as watch:
        outcome = score_opinions(
            opinions, records, list(columns), device, watch, reading, placement
        )
        rows = agreement_rows(records, outcome.keys, opinions, fits_named(fits), how, watch)
    print_rows(rows if form in ("json", "csv") else [_for_people(row) for row in rows], form)
    _tell(opinions, outcome, rows)
    undefined = any(row["error"] for row in rows)
    failed = [f for f in outcome.failures if not (f.is_missing and allow_missing)]
    is_part = opinions.is_part and not allow_missing
    sys.exit(SOME_FAILED if failed or undefined or is_part else 0)


def _tell(opinions: Opinions, outcome: Outcome, rows: list[dict[str, Any]]) -> None:
    """Print notes for readers of the figures, on standard error."""
    notes = [f"{opinions.facts.title}: {note}" for note in opinions.notes]
    notes += [
        f"{column}: {count} infinite values (identical images) have ranks, but no place in plcc and rmse."
        for column, count in {r["column"]: r["infinite"] for r in rows if r["infinite"]}.items()
    ]
    if outcome.skipped:
        notes.append(f"{outcome.skipped} images had their records already.")
    for line in notes:
        tell(line)
    tell_notes(outcome.notes)
    tell_failures(outcome.failures)


def _for_people(row: dict[str, Any]) -> dict[str, Any]:
    kept = (*_SHOWN, "error") if row["error"] else _SHOWN
    return {name: row[name] for name in kept}
