"""The command `iqabench compress prune`."""

from pathlib import Path

import click

from iqabench.cli.compress.figures import check_sets, measure_and_tell
from iqabench.cli.compress.goal_options import goal_options
from iqabench.cli.compress.options import (
    block_option,
    command_line,
    half_option,
    latency_option,
    model_option,
    name_option,
    set_option,
    training_options,
    width_option,
)
from iqabench.cli.convention_option import convention_option, tell_convention
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.options import (
    examples,
    scale_option,
    table_options,
    trust_option,
)

with lazy_imports():
    from iqabench.compress.narrowing import NarrowNetwork, PruningGoal
    from iqabench.compress.prune import PruningRequest, prune
    from iqabench.compress.training_setup import TrainingSetup
    from iqabench.models.core.convention import CallingConvention


@click.command(
    "prune",
    epilog=examples(
        "iqabench compress prune --model pocket --macs 0.5x --photos photos --out pruned",
        "iqabench compress prune --model rlfn --latency 0.7x --importance fisher --photos photos --out fast",
        "iqabench compress prune --model edsr_baseline --ratio 0.3 --uniform --round-to 8 --out narrow",
    ),
)
@model_option
@goal_options
@click.option(
    "--batches",
    type=click.IntRange(1),
    default=8,
    show_default=True,
    metavar="N",
    help="Batches of patches on which taylor and fisher are estimated.",
)
@click.option(
    "--input",
    "size",
    default="3x256x256",
    show_default=True,
    metavar="CxHxW",
    help="Input size at which costs are counted and measured.",
)
@click.option(
    "--teacher/--no-teacher",
    default=True,
    show_default=True,
    help="Train on the parent's outputs besides the photographs.",
)
@block_option
@width_option
@scale_option("4 where there are several")
@convention_option
@training_options(steps=8000, rate=5e-4, needed=False)
@name_option
@set_option
@half_option
@latency_option
@trust_option
@table_options
def command(
    model: str,
    goal: PruningGoal,
    batches: int,
    size: str,
    teacher: bool,
    block: str | None,
    width: int,
    scale: int | None,
    convention: CallingConvention,
    setup: TrainingSetup | None,
    out: Path,
    name: str | None,
    sets: tuple[str, ...],
    half: bool,
    latency: bool,
    form: str | None,
) -> None:
    """Remove channels from a network, and train what remains.

    Channels that belong together (added to one another, concatenated, shuffled into pixels) are removed
    together; the channels of the image stay. Without --photos the narrower network is not trained again. A
    training that was stopped continues when the same command is given again.
    """
    tell_convention([model], convention)
    check_sets(model, sets, scale)
    order = PruningRequest(
        parent=model,
        scale=scale,
        convention=convention,
        goal=goal,
        size=size,
        setup=setup,
        teacher=teacher,
        batches=batches,
        expand=block or "",
        width=width,
        half=half,
    )
    reduced = prune(order, out, name=name, command=command_line(), tell=_tell)
    _tell_widths(reduced)
    device = setup.device if setup else "cpu"
    measure_and_tell(out, sets, device, latency=latency, form=form)


def _tell(line: str) -> None:
    tell(line)


def _tell_widths(reduced: NarrowNetwork) -> None:
    """Print the layers that are narrower, and those that kept their channels, on standard error."""
    for layer, (before, after) in reduced.changed.items():
        _tell(f"{layer}: {before} -> {after} channels")
    for layer, reason in reduced.kept.items():
        _tell(f"{layer}: kept, {reason}")
