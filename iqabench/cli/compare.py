"""The command `iqabench compare`."""

import sys
from pathlib import Path
from typing import Any

import click

from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.options import (
    column_option,
    convention_option,
    device_option,
    examples,
    precision_option,
    reading_options,
    scale_option,
    store_option,
    table_options,
    tell_convention,
    trust_option,
)
from iqabench.cli.progress import watching
from iqabench.cli.result import tell_failures, tell_notes
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.images import ReadOptions
    from iqabench.models.core.convention import CallingConvention
    from iqabench.models.core.model import Precision
    from iqabench.probes import cost_columns, sizes_of
    from iqabench.report.data.comparison import compare, holds, rows_of
    from iqabench.report.text.figures import cost_figure
    from iqabench.run import Options, evaluate, plan
    from iqabench.run.profile import ProfileOptions, profile
    from iqabench.store import Store

COSTS = ("params", "macs", "weights_mib", "latency_ms", "memory_mib")


@click.command(
    "compare",
    epilog=examples(
        "iqabench compare rfdn rfdn@pruned --set set14",
        "iqabench compare pocket ./my_variant --set demo --probe macs --probe latency_ms",
        "iqabench compare main.safetensors new.safetensors --set set5 --fail-if 'psnr@sr-y < -0.02'",
    ),
)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option(
    "--set",
    "sets",
    multiple=True,
    required=True,
    metavar="NAME|FOLDER",
    help="A registered set or a folder of images; repeatable.",
)
@scale_option("4")
@column_option
@click.option(
    "--probe",
    "probes",
    multiple=True,
    metavar="PROBE[@CONVENTION]",
    help=f"Costs to compare; repeatable; 'none' for none.  [default: {', '.join(COSTS)}]",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="CxHxW",
    help="Size of the input for costs.  [default: 256 squared]",
)
@click.option(
    "--fail-if",
    "conditions",
    multiple=True,
    metavar="'COLUMN < NUMBER'",
    help="Exit with 3 if this holds of the difference B - A of a quality, or the ratio B / A of a "
    "cost; repeatable.",
)
@trust_option
@device_option
@precision_option
@convention_option
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="Only the first N images of a set."
)
@reading_options
@store_option
@table_options
def command(
    first: str,
    second: str,
    sets: tuple[str, ...],
    scale: int | None,
    columns: tuple[str, ...],
    probes: tuple[str, ...],
    inputs: tuple[str, ...],
    conditions: tuple[str, ...],
    device: str,
    precision: Precision,
    convention: CallingConvention,
    limit: int | None,
    reading: ReadOptions,
    store: Path,
    form: str | None,
) -> None:
    """Compare model B with model A, image by image: quality, cost, and what each halved cost loses.

    The difference has a 95 % interval by a bootstrap of images, and Wilcoxon's p; latencies are sampled in
    turn (A B A B), so that their ratio has an interval, too.
    """
    records = Store(store)
    wanted = cost_columns(text for text in probes or COSTS if text != "none")
    sizes = sizes_of(list(inputs), []) if inputs else None
    tell_convention([first, second], convention)
    options = Options(device=device, precision=precision, convention=convention, limit=limit)
    cells = [
        plan([name], list(sets), list(columns), scale, reading=reading) for name in (first, second)
    ]
    with watching() as watch:
        a, b = (evaluate(some, records, options, watch) for some in cells)
        costs = ProfileOptions(
            device=device, precision=precision, convention=convention, scale=scale
        )
        done = profile([first, second], wanted, sizes, records, costs, watch) if wanted else None
    keys_a, keys_b = (done.keys_of(name) for name in (first, second)) if done else ([], [])
    rows = rows_of(compare(records, a.keys, b.keys, keys_a, keys_b))
    _print(rows, first, second, form)
    for warning in done.warnings if done else ():
        click.echo(f"warning: {warning}", err=True)
    failures = [*a.failures, *b.failures, *(done.failures if done else ())]
    tell_notes([*a.notes, *b.notes])
    tell_failures(failures)
    met = [(text, row) for text in conditions for row in holds(text, rows)]
    for text, row in met:
        change = row["difference"] if "difference" in row else row["ratio"]
        click.echo(f"failed: {text}: {row['column']} is {change:+.4f}", err=True)
    sys.exit(SOME_FAILED if failures or met else 0)


def _print(rows: list[dict[str, Any]], first: str, second: str, form: str | None) -> None:
    if form in ("json", "csv"):
        print_rows(rows, form)
        return
    quality = [_quality(r, first, second) for r in rows if r["kind"] == "quality"]
    costs = [_cost(r, first, second) for r in rows if r["kind"] == "cost"]
    for table in (quality, costs):
        if table:
            print_rows(table, form)
            click.echo()


def _quality(row: dict[str, Any], first: str, second: str) -> dict[str, Any]:
    return {
        "set": f"{row['set']} {row['level']}",
        "column": row["column"],
        first: row["a"],
        second: row["b"],
        "difference": f"{row['difference']:+.4f}",
        "95 %": f"[{row['ci_low']:+.4f}, {row['ci_high']:+.4f}]",
        "n": row["n"],
        "wins": f"{100 * row['wins']:.0f} %",
        "p": "" if row["p"] is None else f"{row['p']:.2g}",
    }


def _cost(row: dict[str, Any], first: str, second: str) -> dict[str, Any]:
    interval = "" if row["ci_low"] is None else f"[{row['ci_low']:.3f}, {row['ci_high']:.3f}]"
    lost = {
        f"lost per halving, {name}": "" if value is None else f"{value:+.4f}"
        for name, value in row["lost_per_halving"].items()
    }
    return {
        "cost": row["column"],
        first: cost_figure(row["a"], row["unit"]),
        second: cost_figure(row["b"], row["unit"]),
        "ratio": f"{row['ratio']:.3f}",
        "95 %": interval,
        **lost,
    }
