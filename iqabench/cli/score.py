"""`iqabench score`."""

import sys
from pathlib import Path

import click

from iqabench.cli.options import (
    column_option,
    device_option,
    examples,
    per_image_option,
    scale_option,
    store_option,
    table_options,
)
from iqabench.cli.progress import watching
from iqabench.cli.result import print_outcome, tell_unpaired
from iqabench.cli.targets import chosen_targets, target_options
from iqabench.run import score_folder
from iqabench.store import Store


@click.command(
    "score",
    epilog=examples(
        "iqabench score outputs/ --target targets/ --scale 4",
        "iqabench score outputs/ --set set5 --column psnr@sr-y --column psnr@sr-rgb --per-image",
    ),
)
@click.argument("outputs", type=click.Path(path_type=Path))
@target_options
@scale_option("4 for a set; none for a folder")
@column_option
@click.option("--name", default="", help="What to call the outputs.  [default: their folder]")
@device_option
@store_option
@per_image_option
@table_options
def command(
    outputs: Path, target: Path | None, images: str | None, scale: int | None,
    columns: tuple[str, ...], name: str, device: str, store: Path, per_image: bool,
    form: str | None,
) -> None:  # fmt: skip
    """Score a folder of OUTPUTS against a folder of targets or a set.

    Images are paired by name: baby_RCAN_x4.png belongs to baby_HR_x4.png. With --scale the columns
    default to the super-resolution protocol sr-y; without it, a folder is compared as RGB.
    """
    targets = chosen_targets(target, images, scale, scale)
    records = Store(store)
    with watching() as watch:
        outcome, pairing = score_folder(
            outputs, targets, records, list(columns), name, device, watch
        )
    tell_unpaired(pairing)
    sys.exit(print_outcome(outcome, records, form, per_image=per_image))
