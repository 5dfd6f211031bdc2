"""`iqabench score`."""

import sys
from dataclasses import dataclass
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
from iqabench.cli.targets import chosen_targets, pairing_options, target_options
from iqabench.errors import UsageError
from iqabench.places import expanded

with lazy_imports():
    from iqabench.images import ReadOptions
    from iqabench.remote import open_store
    from iqabench.run import (
        PairingOptions,
        Targets,
        has_saved_outputs,
        holds_clips,
        no_targets,
        score_clips,
        score_folder,
        score_saved_outputs,
        targets_for_many,
        with_parts,
    )
    from iqabench.run.environment import resolve_device
    from iqabench.run.executors.placement import Placement
    from iqabench.run.scoring.sample_parts import role_of
    from iqabench.sets import SampleSet, load_set
    from iqabench.sets.clips_beside import clips_beside


@dataclass(frozen=True)
class Against:
    """The things that outputs are compared with."""

    target: Path | None
    images: str | None
    inputs: Path | None
    parts: tuple[str, ...]
    """Further parts, as in pan=DIR."""
    scale: int | None

    @property
    def is_named(self) -> bool:
        """True when there are targets, or parts that outputs were made from."""
        targets = self.target is not None or self.images is not None
        return targets or self.inputs is not None or bool(self.parts)

    @property
    def folders(self) -> dict[str, Path]:
        """The folders of parts by their roles.

        Raises: UsageError for a text that is not ROLE=DIR, and for a role that is named twice;
            UnknownNameError.
        """
        folders = {} if self.inputs is None else {"input": self.inputs}
        for text in self.parts:
            word, equals, place = text.partition("=")
            if not (equals and word and place):
                raise UsageError(f"'{text}' is not ROLE=DIR; expected a text such as pan=FOLDER.")
            role = role_of(word)
            if role in folders:
                raise UsageError(f"the part '{role}' is named twice; name one folder.")
            folders[role] = expanded(place)
        return folders


@click.command(
    "score",
    epilog=examples(
        "iqabench score outputs/ --target targets/ --scale 4",
        "iqabench score outputs/ --set set5 --column psnr@sr-y --column psnr@sr-rgb --per-image",
        "iqabench score photos/ --column niqe --column brisque",
        "iqabench score outputs/ --input inputs/ --scale 4 --column psnr@lr",
        "iqabench score sharp/ --input ms/ --part pan=pan/ --scale 4 --column qnr@bands-11",
        "iqabench score saved/ --column lpips --column psnr@consensus",
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

    Without targets, no-reference and pseudo-reference columns remain. A folder that 'run --save-outputs'
    wrote knows its models and its set: its scores stand beside those of the run.
    """
    placement.check(device)
    if batch > 1 and not resolve_device(device).startswith("cuda"):
        raise UsageError(
            f"--batch {batch} is for GPUs; leave it out: on a CPU single outputs are faster."
        )
    records, chosen = open_store(store), list(columns)
    pace: dict[str, Any] = {"force": force, "batch": batch, "placement": placement}
    with watching() as watch:
        if not against.is_named and has_saved_outputs(outputs):
            outcome = score_saved_outputs(
                outputs, records, chosen, device, watch, reading=reading, **pace
            )
        elif holds_clips(outputs) and not pairing.recursive:
            clips = _clips(outputs, against, pairing, reading, pace.pop("batch"))
            outcome = score_clips(outputs, clips, records, chosen, name, device, watch, **pace)
            outcome.notes.append(f"the folders in {outputs} {_READ_AS_CLIPS}")
        else:
            targets = _targets(outputs, against, pairing, reading)
            outcome, _ = score_folder(
                outputs, targets, records, chosen, name, device, watch, options=pairing, **pace
            )
    allowed = pairing.allow_missing
    sys.exit(print_outcome(outcome, records, form, per_image=per_image, allow_missing=allowed))


_READ_AS_CLIPS = (
    "were read as clips, whose means count alike; add --recursive to score each image by itself."
)


def _targets(
    outputs: Path, against: Against, pairing: PairingOptions, reading: ReadOptions
) -> Targets:
    """Return the targets and inputs that the outputs are compared with, as far as they are named."""
    if against.target is None and against.images is None:
        targets = _without_targets(outputs, against.scale, pairing, reading)
    else:
        targets = chosen_targets(
            against.target, against.images, against.scale, against.scale, pairing, reading
        )
    if pairing.many:
        targets = targets_for_many(outputs, targets, pairing)
    folders = against.folders
    if against.images is not None and set(folders) - {"input"}:
        raise UsageError(
            f"{against.images} is a set with parts of its own; leave --part out, or name --target DIR "
            "instead of --set."
        )
    return with_parts(targets, folders, against.scale, pairing) if folders else targets


def _clips(
    outputs: Path, against: Against, pairing: PairingOptions, reading: ReadOptions, batch: int
) -> SampleSet:
    """Return the clips that a folder of clips is compared with, or the outputs themselves without any.

    Raises: UsageError for options that are for single images, and for targets from two places.
    """
    for option, given in (
        ("--pairs", pairing.pairs),
        ("--many", pairing.many),
        ("--batch", batch > 1),
    ):
        if given:
            raise UsageError(
                f"{option} is for single images, and {outputs} holds clips, which are paired by the names of "
                f"their folders; leave it out, or add --recursive to score each frame by itself."
            )
    if against.images is not None:
        if against.target is not None or against.folders:
            raise UsageError("a set has targets and inputs of its own; name --set only.")
        return load_set(against.images, against.scale, reading=reading)
    target = {} if against.target is None else {"target": against.target}
    places = {**target, **against.folders}
    return clips_beside(places or {"input": outputs}, against.scale, reading)


def _without_targets(
    outputs: Path, scale: int | None, pairing: PairingOptions, reading: ReadOptions
) -> Targets:
    """Return the names of the outputs as those of samples without targets.

    Raises: UsageError for options that say how outputs find targets.
    """
    if pairing.many or pairing.pairs:
        option = "--many" if pairing.many else "--pairs"
        raise UsageError(
            f"{option} says which outputs belong to a target; name the targets with --target DIR or "
            "--set NAME."
        )
    return no_targets(outputs, scale, pairing, reading)
