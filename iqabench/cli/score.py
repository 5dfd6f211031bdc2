"""`iqabench score`."""

import sys
from pathlib import Path
from typing import Any

import click

from iqabench.cli.executor_options import executor_options
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.options import (
    bundle,
    column_option,
    device_option,
    examples,
    per_image_option,
    reading_options,
    scale_option,
    store_option,
    table_options,
    trust_option,
)
from iqabench.cli.progress import watching
from iqabench.cli.result import print_outcome
from iqabench.cli.scoring import Against, Scoring
from iqabench.cli.targets import pairing_options, target_options
from iqabench.errors import UsageError

with lazy_imports():
    from iqabench.images import ReadOptions
    from iqabench.remote import open_store
    from iqabench.run import PairingOptions
    from iqabench.run.environment import resolve_device
    from iqabench.run.executors.placement import Placement


@click.command(
    "score",
    epilog=examples(
        "iqabench score outputs/ --target targets/ --scale 4",
        "iqabench score outputs/ --set set5 --column psnr@sr-y --column psnr@sr-rgb --per-image",
        "iqabench score photos/ --column niqe --column brisque",
        "iqabench score outputs/ --input inputs/ --scale 4 --column psnr@lr",
        "iqabench score sharp/ --input ms/ --part pan=pan/ --scale 4 --column qnr@bands-11",
        "iqabench score saved/ --column lpips --column psnr@consensus",
        "iqabench score outputs/ --set rain13k",
        "iqabench score clips/ --set vid4 --column psnr@duf --column ssim_3d --per-image",
    ),
)
@click.argument("outputs", type=click.Path(path_type=Path))
@bundle(
    "against",
    Against,
    target_options,
    click.option(
        "--input",
        "inputs",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Folder of the inputs, for @lr, @model:X and metrics of inputs; several sources of one output "
        "lie in a folder of its name.",
    ),
    click.option(
        "--part",
        "parts",
        multiple=True,
        metavar="ROLE=DIR",
        help="Folder of another part that outputs were made from, as in pan=DIR or mask=DIR; repeatable.",
    ),
    scale_option("4 for a set; none for a folder"),
)
@pairing_options
@column_option
@click.option("--name", default="", help="Name of the outputs in tables.  [default: their folder]")
@click.option("--force", is_flag=True, help="Score again what has been scored already.")
@device_option
@executor_options
@click.option(
    "--batch",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    help="Score N outputs at a time, on a GPU.  [default: 1]",
)
@reading_options
@store_option
@per_image_option
@trust_option
@table_options
def command(
    outputs: Path,
    against: Against,
    pairing: PairingOptions,
    columns: tuple[str, ...],
    name: str,
    force: bool,
    device: str,
    placement: Placement,
    batch: int,
    reading: ReadOptions,
    store: str | Path,
    per_image: bool,
    form: str | None,
) -> None:
    """Score OUTPUTS, a folder or an image, against a folder of targets, a set, or nothing.

    Images are paired by name: baby_RCAN_x4.png belongs to baby_HR_x4.png, rain-1.png to norain-1.png; where
    names do not tell, --pairs does. With --scale the columns default to the super-resolution protocol sr-y;
    without it, a folder is compared as RGB.

    OUTPUTS with a folder of frames for each clip are compared clip by clip, and so are folders of targets;
    with --recursive every frame is an image of its own.

    Of a group of sets, such as rain13k, OUTPUTS has a folder for each set.

    Without targets, no-reference and pseudo-reference columns remain. A folder that 'run --save-outputs'
    wrote knows its models and its set: its scores stand beside those of the run.
    """
    placement.check(device)
    if batch > 1 and not resolve_device(device).startswith("cuda"):
        raise UsageError(
            f"--batch {batch} is for GPUs; leave it out: on a CPU single outputs are faster."
        )
    records = open_store(store)
    pace: dict[str, Any] = {"force": force, "batch": batch, "placement": placement}
    with watching() as watch:
        scoring = Scoring(records, list(columns), device, pairing, reading, watch, pace)
        outcome = scoring.score(outputs, against, name)
    allowed = pairing.allow_missing
    sys.exit(print_outcome(outcome, records, form, per_image=per_image, allow_missing=allowed))
