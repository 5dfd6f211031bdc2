"""`iqabench run`."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from iqabench.cli.convention_option import convention_option, tell_convention
from iqabench.cli.executor_options import executor_options
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.options import (
    allow_missing_option,
    bundle,
    column_option,
    device_option,
    examples,
    per_image_option,
    precision_option,
    reading_options,
    scale_option,
    store_option,
    table_options,
    trust_option,
)
from iqabench.cli.progress import watching
from iqabench.cli.result import print_outcome
from iqabench.cli.table import print_rows

with lazy_imports():
    from iqabench.images import ReadOptions
    from iqabench.models.core.convention import CallingConvention
    from iqabench.remote import open_store
    from iqabench.run import Cell, Options, Outcome, announce, evaluate, plan
    from iqabench.run.executors.placement import Placement
    from iqabench.run.setting_points import rounds_of
    from iqabench.store import Store

with lazy_imports(until_used=True):  # few runs measure costs
    from iqabench.probes import cost_columns, sizes_of
    from iqabench.run.profile import profile_cells


@click.command(
    "run",
    epilog=examples(
        "iqabench run --model rlfn --set set14",
        "iqabench run --model rlfn --model bicubic --set set5 --set set14 --scale 2",
        "iqabench run --model pocket --model bicubic --set set5 --probe latency_ms,macs",
        "iqabench run --model my_rcan.safetensors --set ./photos --column psnr@sr-y --column lpips",
    ),
)
@click.option(
    "--model",
    "models",
    multiple=True,
    required=True,
    metavar="NAME|FILE|...",
    help="A registered id, a file, package.module:factory, 'cmd:PROGRAM {input} {output}', or "
    "MODEL+POSTPROCESSOR, as in carn_m+dct_consistency; repeatable.",
)
@click.option(
    "--set",
    "sets",
    multiple=True,
    required=True,
    metavar="NAME|FOLDER",
    help="A registered set, a group of sets such as rain13k, or a folder of images; repeatable.",
)
@scale_option("4")
@click.option(
    "--frames",
    type=click.IntRange(1),
    metavar="N",
    help="Cut clips to their first N frames; the set is then called NAME-first-N.",
)
@column_option
@bundle(
    "options",
    Options,
    device_option,
    precision_option,
    click.option(
        "--tile",
        type=click.IntRange(0),
        default=0,
        metavar="N",
        help="Cut inputs into tiles of N pixels.  [default: only when memory runs out]",
    ),
    click.option(
        "--save-outputs",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Keep every output without loss: images as PNG of their own depth, clips and floats as NPZ.",
    ),
    click.option(
        "--setting",
        "settings",
        multiple=True,
        metavar="NAME=VALUE",
        help="A setting of a model, as in alpha=0.5, or several values, as in alpha=0,1 or alpha=0:1:0.1; "
        "repeatable. 'iqabench show model NAME' lists them.",
    ),
    click.option(
        "--limit", type=click.IntRange(1), metavar="N", help="Run only the first N images of a set."
    ),
    click.option("--force", is_flag=True, help="Run again what has been run already."),
    click.option(
        "--allow-random-weights",
        is_flag=True,
        help="Use random weights where the real ones cannot be had; every record is marked.",
    ),
)
@convention_option
@executor_options
@click.option(
    "--probe",
    "probes",
    multiple=True,
    metavar="PROBE[@CONVENTION]",
    help="A cost to print beside the quality, as in latency_ms or macs; repeatable, and commas "
    "separate several.",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="CxHxW",
    help="Size at which --probe measures.  [default: 256 squared]",
)
@trust_option
@click.option("--dry-run", is_flag=True, help="Print the plan and stop.")
@allow_missing_option
@reading_options
@store_option
@per_image_option
@table_options
def command(
    models: tuple[str, ...],
    sets: tuple[str, ...],
    scale: int | None,
    frames: int | None,
    columns: tuple[str, ...],
    options: Options,
    convention: CallingConvention,
    placement: Placement,
    probes: tuple[str, ...],
    inputs: tuple[str, ...],
    dry_run: bool,
    allow_missing: bool,
    reading: ReadOptions,
    store: str | Path,
    per_image: bool,
    form: str | None,
) -> None:
    """Restore sets with models and score the outputs.

    Images that have their records in the store are not run again; an interrupted run goes on where it
    stopped when the same command is given once more.
    """
    tell_convention(models, convention)
    options = replace(options, convention=convention)
    placement.check(options.device)
    cells = plan(
        list(models),
        list(sets),
        list(columns),
        scale,
        outputs_wanted=bool(options.save_outputs),
        fetch=not dry_run,
        reading=reading,
        frames=frames,
    )
    if dry_run:
        print_rows([_row(cell, options.limit) for cell in cells], form)
        for line in dict.fromkeys(line for cell in cells for line in cell.set.missing):
            tell(f"missing: {line}")
        return
    if options.tile:
        _tell_tiled(cells)
    records = open_store(store)
    outcome, costs = _measure(cells, records, options, placement, probes, inputs)
    status = print_outcome(
        outcome, records, form, per_image=per_image, costs=costs, allow_missing=allow_missing
    )
    sys.exit(status)


def _measure(
    cells: list[Cell],
    records: Store,
    options: Options,
    placement: Placement,
    probes: tuple[str, ...],
    inputs: tuple[str, ...],
) -> tuple[Outcome, list[str]]:
    """Run the cells and measure costs; return the outcome of both and the keys of the costs."""
    costs_wanted = cost_columns(probes) if probes else []
    sizes = sizes_of(list(inputs), []) if inputs else None
    with watching() as watch:
        runs = [cell for _, some in rounds_of(cells, options.settings) for cell in some]
        announce(watch, runs, options.limit)
        outcome = evaluate(cells, records, options, watch, placement)
        if not costs_wanted:
            return outcome, []
        costs = profile_cells(cells, costs_wanted, sizes, records, options, watch)
    outcome.failures += costs.failures
    for warning in costs.warnings:
        tell(f"warning: {warning}")
    return outcome, list(costs.keys)


def _tell_tiled(cells: Iterable[Cell]) -> None:
    """Print the models whose figures tiles change, on standard error."""
    for name in dict.fromkeys(c.card.id for c in cells if c.card and c.card.whole_image):
        tell(f"Note: attention in {name} pools over the whole image, so tiles change its figures.")


def _row(cell: Cell, limit: int | None) -> dict[str, object]:
    weights = cell.card.weights.file if cell.card and cell.card.weights else ""
    samples = len(cell.set.samples[:limit])
    return {
        "model": cell.model,
        "set": cell.set.name,
        "scale": cell.set.scale,
        "level": cell.set.level,
        "images": samples,
        "columns": " ".join(c.name for c in cell.columns),
        "params": cell.card.params if cell.card else None,
        "weights": weights,
    }
