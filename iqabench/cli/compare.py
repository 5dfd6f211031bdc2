"""The command `iqabench compare`."""

import sys
from pathlib import Path
from typing import Any

import click

from iqabench.cli.convention_option import convention_option, tell_convention
from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.options import (
    allow_missing_option,
    column_option,
    device_option,
    examples,
    precision_option,
    reading_options,
    scale_option,
    store_option,
    table_options,
    trust_option,
)
from iqabench.cli.progress import watching
from iqabench.cli.result import tell_missing, tell_notes
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.images import ReadOptions
    from iqabench.models.core.convention import CallingConvention
    from iqabench.models.core.model import Precision
    from iqabench.probes import CostColumn, cost_columns, sizes_of
    from iqabench.remote import open_store
    from iqabench.report.data.comparison import ALL_SETS, compare, rows_of
    from iqabench.report.data.conditions import (
        Condition,
        check_conditions,
        read_condition,
        verdicts,
    )
    from iqabench.report.text.figures import cost_figure, difference, difference_interval, p_value
    from iqabench.run import Cell, Options, Outcome, announce, evaluate, plan
    from iqabench.run.profile import Profile, ProfileOptions, profile

COSTS = ("params", "macs", "weights_mib", "latency_ms", "memory_mib")


@click.command(
    "compare",
    epilog=examples(
        "iqabench compare rfdn rfdn@pruned --set set14",
        "iqabench compare pocket ./my_variant --set demo --probe macs --probe latency_ms",
        "iqabench compare main.safetensors new.safetensors --set set5 --fail-if 'psnr@sr-y < -0.02'",
        "iqabench compare rfdn imdn --set set14 --fail-if 'low(psnr@sr-y) < -0.05 on all'",
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
    "cost; repeatable. value(COLUMN) is B's own mean, low(COLUMN) and high(COLUMN) are the ends of the "
    "95 % interval, p(COLUMN) and wins(COLUMN) the test and the share of images won; 'on SET' at the end "
    "chooses one set, 'on all' all together.",
)
@trust_option
@device_option
@precision_option
@convention_option
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="Only the first N images of a set."
)
@allow_missing_option
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
    allow_missing: bool,
    reading: ReadOptions,
    store: str | Path,
    form: str | None,
) -> None:
    """Compare model B with model A, image by image: quality, cost, and what each halved cost loses.

    The difference has a 95 % interval (from five images) and the p of Wilcoxon's test; several sets are also
    compared together, image by image within each. Images that only one model has a value for are left out
    and told of. Latencies are sampled in turn (A B A B), so that their ratio has an interval, too. Conditions
    are read before anything runs; one that cannot be decided ends in exit status 3, too.
    """
    read = [read_condition(text) for text in conditions]
    records = open_store(store)
    wanted = cost_columns(text for text in probes or COSTS if text != "none")
    sizes = sizes_of(list(inputs), []) if inputs else None
    tell_convention([first, second], convention)
    options = Options(device=device, precision=precision, convention=convention, limit=limit)
    cells = [
        plan([name], list(sets), list(columns), scale, reading=reading) for name in (first, second)
    ]
    _check(read, cells, wanted)
    with watching() as watch:
        announce(watch, [cell for some in cells for cell in some], options.limit)
        a, b = (evaluate(some, records, options, watch) for some in cells)
        costs = ProfileOptions(
            device=device, precision=precision, convention=convention, scale=scale
        )
        done = profile([first, second], wanted, sizes, records, costs, watch) if wanted else None
    keys_a, keys_b = (done.keys_of(name) for name in (first, second)) if done else ([], [])
    samples = {**a.samples, **b.samples}
    found = compare(records, a.keys, b.keys, keys_a, keys_b, samples)
    rows = rows_of(found)
    _print(rows, first, second, form)
    tell_notes(found.notes)
    failed = _tell(a, b, done, rows, allow_missing=allow_missing)
    sys.exit(SOME_FAILED if _tell_met(read, rows) or failed else 0)


def _tell(
    first: Outcome,
    second: Outcome,
    costs: Profile | None,
    rows: list[dict[str, Any]],
    *,
    allow_missing: bool,
) -> bool:
    """Print warnings, notes and failures, on standard error; return whether they end in exit status 3."""
    for warning in costs.warnings if costs else ():
        tell(f"warning: {warning}")
    tell_notes([*first.notes, *second.notes])
    both = Outcome(
        missing=list(dict.fromkeys([*first.missing, *second.missing])),
        failures=[*first.failures, *second.failures, *(costs.failures if costs else ())],
    )
    is_missing = tell_missing(both) and not allow_missing
    _tell_left_out(rows)
    return is_missing or any(not failure.is_missing for failure in both.failures)


def _check(read: list[Condition], cells: list[list[Cell]], wanted: list[CostColumn]) -> None:
    """Check conditions against what will be measured of both models."""
    names = [{column.name for cell in some for column in cell.columns} for some in cells]
    columns = [("quality", name) for name in sorted(names[0] & names[1])]
    columns += [("cost", column.name) for column in wanted]
    sets = sorted({cell.set.name for some in cells for cell in some})
    check_conditions(read, columns, [*sets, ALL_SETS] if len(sets) > 1 else sets)


def _tell_met(read: list[Condition], rows: list[dict[str, Any]]) -> bool:
    """Print the conditions that hold or cannot be decided; return whether there are any."""
    met = [verdict for condition in read for verdict in verdicts(condition, rows)]
    for verdict in met:
        tell(verdict.sentence)
    return bool(met)


def _tell_left_out(rows: list[dict[str, Any]]) -> None:
    """Print how many images are not compared, on standard error."""
    for row in rows:
        if row.get("left_out") and row["set"] != ALL_SETS:
            infinite = row["infinite"]
            kinds = (
                f", {infinite} of them with infinite values, which count in won and p"
                if infinite
                else ""
            )
            tell(
                f"{row['column']} on {row['set']}: the difference is over the {row['n']} images for which "
                f"both models have a finite value; {row['left_out']} are left out{kinds}."
            )


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
    together = f"all {len(row['sets'])} sets" if row["set"] == ALL_SETS else row["set"]
    tied = f" ({row['tied']} tied)" if row["tied"] else ""
    return {
        "set": f"{together} {row['level']}",
        "column": row["column"],
        first: row["a"],
        second: row["b"],
        "difference": difference(row["difference"]),
        "95 %": difference_interval(row["ci_low"], row["ci_high"]),
        "n": row["n"],
        f"won by {second}": f"{row['won']} of {row['won'] + row['tied'] + row['lost']}{tied}",
        "p": "" if row["p"] is None else p_value(row["p"]),
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
