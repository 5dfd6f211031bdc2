"""Options that all ways of compressing share."""

import functools
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.options import device_option

with lazy_imports():
    from iqabench.compress.training_setup import TrainingSetup
    from iqabench.compress.variant_folder import check_place
    from iqabench.run.environment import resolve_device
    from iqabench.training.plan import Plan

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]

model_option = click.option(
    "--model",
    required=True,
    metavar="NAME|FOLDER|...",
    help="The parent, named as for 'run --model'.",
)

out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="FOLDER",
    help="The folder to write: weights and card.",
)
name_option = click.option(
    "--name", metavar="ID", help="Id of the variant.  [default: PARENT@METHOD]"
)
set_option = click.option(
    "--set",
    "sets",
    multiple=True,
    default=("demo",),
    show_default=True,
    metavar="NAME|FOLDER",
    help="A set on which quality is measured before and after; repeatable.",
)
half_option = click.option("--half", is_flag=True, help="Store the weights in half precision.")
latency_option = click.option(
    "--timing/--no-timing",
    "latency",
    default=True,
    show_default=True,
    help="Measure latency in turn with the parent.",
)
block_option = click.option(
    "--expand",
    "block",
    type=click.Choice(["sesr", "repvgg"]),
    help="Train every 3x3 convolution as such a block and fold it afterwards; needs --photos.",
)
width_option = click.option(
    "--width",
    type=click.IntRange(1),
    default=128,
    show_default=True,
    metavar="N",
    help="Width of the blocks of --expand sesr, in channels.",
)


def command_line() -> str:
    """Return the command as the user typed it, for the card."""
    return shlex.join(["iqabench", *sys.argv[1:]])


def add_options(command: Command, options: Sequence[Decorator]) -> Command:
    """Return the command with options, which its help lists in this order."""
    for option in reversed(options):
        command = option(command)
    return command


def _patch_options(*, needed: bool) -> list[Decorator]:
    return [
        click.option(
            "--photos",
            type=click.Path(path_type=Path, file_okay=False),
            required=needed,
            metavar="DIR",
            help="A folder of photographs to train on, freely licensed.",
        ),
        click.option(
            "--patch",
            "side",
            type=click.IntRange(16),
            default=48,
            show_default=True,
            metavar="N",
            help="Side of the patches, in pixels of the input.",
        ),
        click.option(
            "--per-copy",
            type=click.IntRange(1),
            default=80,
            show_default=True,
            metavar="N",
            help="Patches tried at each size of a photograph.",
        ),
    ]


def _plan_options(steps: int, rate: float) -> list[Decorator]:
    return [
        _count("--steps", steps, "Steps of the training."),
        click.option(
            "--seed",
            default=0,
            show_default=True,
            metavar="N",
            help="Seed of weights, patches and steps.",
        ),
        _count("--batch", 16, "Patches per step."),
        click.option(
            "--rate",
            type=float,
            default=rate,
            show_default=True,
            metavar="X",
            help="Highest learning rate.",
        ),
        click.option(
            "--coarse",
            type=click.FloatRange(0, 1),
            default=0.0,
            show_default=True,
            metavar="SHARE",
            help="Share of the steps that run in bfloat16: faster on processors that support it.",
        ),
        _count("--save-every", 500, "Steps from checkpoint to checkpoint."),
    ]


def _count(name: str, default: int, text: str) -> Decorator:
    """Return an option that is a number of at least one."""
    return click.option(
        name, type=click.IntRange(1), default=default, show_default=True, metavar="N", help=text
    )


_PLAN = ("steps", "seed", "batch", "rate", "coarse", "save_every")
"""Names of the options of `_plan_options`, which are fields of a plan."""

work_option = click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of patches and checkpoints, from which the same command continues.  "
    "[default: FOLDER.work]",
)


def training_options(steps: int, rate: float, *, needed: bool = True) -> Decorator:
    """Return a decorator that adds --photos, --steps, --seed ... and --out to a command.

    The command gets them as two arguments, `setup` and `out`; `setup` is None where photographs are not
    `needed` and --photos is not given.
    """
    photos, *patches = _patch_options(needed=needed)
    options = [
        photos,
        *_plan_options(steps, rate),
        *patches,
        work_option,
        device_option,
        out_option,
    ]

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def with_setup(*, out: Path, **arguments: Any) -> Any:
            out = out.absolute()
            check_place(out)
            setup = _training_setup(arguments, out)
            return command(setup=setup, out=out, **arguments)

        return add_options(with_setup, options)

    return decorate


def _training_setup(arguments: dict[str, Any], out: Path) -> TrainingSetup | None:
    """Take the options of a training out of a command's arguments, and return its setup."""
    values = {name: arguments.pop(name) for name in _PLAN}
    plan = Plan(**values, warm_up=min(Plan.warm_up, values["steps"] // 10))
    photos, work = arguments.pop("photos"), arguments.pop("work")
    work = work or out.with_name(f"{out.name}.work")
    per_copy, side = arguments.pop("per_copy"), arguments.pop("side")
    device = resolve_device(arguments.pop("device"))
    return TrainingSetup(photos, work, plan, per_copy, side, device) if photos else None
