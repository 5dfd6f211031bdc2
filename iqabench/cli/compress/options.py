"""Options that the ways of compressing share."""

import functools
import shlex
import sys
from collections.abc import Callable
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

out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="FOLDER",
    help="The folder to write: weights and card.",
)
name_option = click.option(
    "--name", metavar="ID", help="What the variant is called.  [default: PARENT@METHOD]"
)
set_option = click.option(
    "--set",
    "sets",
    multiple=True,
    default=("demo",),
    show_default=True,
    metavar="NAME|FOLDER",
    help="Where quality is measured before and after; repeatable.",
)
half_option = click.option("--half", is_flag=True, help="Store the weights in half precision.")
latency_option = click.option(
    "--timing/--no-timing",
    "latency",
    default=True,
    show_default=True,
    help="Whether latency is measured beside the parent's.",
)


def command_line() -> str:
    """The command as it was typed, for the card."""
    return shlex.join(["iqabench", *sys.argv[1:]])


def training_options(
    steps: int, rate: float, *, needed: bool = True
) -> Callable[[Command], Command]:
    """--photos, --steps, --seed ... and --out, as the arguments `setup` and `out`.

    `setup` is None where photographs are not needed and were not named.
    """
    options = [
        click.option("--photos", type=click.Path(path_type=Path, file_okay=False), required=needed,
                     metavar="DIR", help="A folder of photographs to learn from, freely licensed."),
        click.option("--steps", type=click.IntRange(1), default=steps, show_default=True, metavar="N"),
        click.option("--seed", default=0, show_default=True, metavar="N"),
        click.option("--batch", type=click.IntRange(1), default=16, show_default=True,
                     metavar="N", help="Patches a step."),
        click.option("--patch", "side", type=click.IntRange(16), default=48,
                     show_default=True, metavar="N", help="Side of the patches, in pixels of the input."),
        click.option("--rate", type=float, default=rate, show_default=True, metavar="X",
                     help="Of learning, at its highest."),
        click.option("--coarse", type=click.FloatRange(0, 1), default=0.0, show_default=True,
                     metavar="SHARE", help="Share of the steps that run in bfloat16: faster where the "
                     "processor has it."),
        click.option("--save-every", type=click.IntRange(1), default=500,
                     show_default=True, metavar="N", help="Steps from checkpoint to checkpoint."),
        click.option("--per-copy", type=click.IntRange(1), default=80, show_default=True,
                     metavar="N", help="Patches tried at each size of a photograph."),
        click.option("--work", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
                     help="Patches and checkpoints; the same command goes on from there.  "
                     "[default: FOLDER.work]"),
        device_option,
        out_option,
    ]  # fmt: skip

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def gathered(
            *,
            photos: Path | None,
            out: Path,
            work: Path | None,
            per_copy: int,
            side: int,
            device: str,
            **rest: Any,
        ) -> Any:
            out = out.absolute()
            check_place(out)
            asked = {name: rest.pop(name) for name in _PLAN}
            plan = Plan(**asked, warm_up=min(Plan.warm_up, asked["steps"] // 10))
            place = work or out.with_name(f"{out.name}.work")
            here = resolve_device(device)
            setup = TrainingSetup(photos, place, plan, per_copy, side, here) if photos else None
            return command(setup=setup, out=out, **rest)

        for option in reversed(options):
            gathered = option(gathered)
        return gathered

    return decorate


_PLAN = ("steps", "seed", "batch", "rate", "coarse", "save_every")
