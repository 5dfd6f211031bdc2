"""`iqabench compress prune`."""

from pathlib import Path

import click

from iqabench.cli.compress.figures import check_sets, measure_and_tell
from iqabench.cli.compress.options import (
    command_line,
    half_option,
    latency_option,
    name_option,
    set_option,
    training_options,
)
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.options import examples, scale_option, table_options
from iqabench.errors import UsageError

with lazy_imports():
    from iqabench.compress.cost_target import TargetCost, parse_cost_target
    from iqabench.compress.importance import Importance
    from iqabench.compress.narrowing import NarrowNetwork, PruningGoal
    from iqabench.compress.prune import PruningRequest, prune
    from iqabench.compress.selection import Selection
    from iqabench.compress.training_setup import TrainingSetup

_TARGETS: tuple[TargetCost, ...] = ("macs", "params", "latency")


@click.command(
    "prune",
    epilog=examples(
        "iqabench compress prune --model pocket --macs 0.5x --photos photos --out pruned",
        "iqabench compress prune --model rlfn --latency 0.7x --importance fisher --photos photos --out fast",
        "iqabench compress prune --model edsr_baseline --ratio 0.3 --uniform --round-to 8 --out narrow",
    ),
)
@click.option("--model", required=True, metavar="NAME|FOLDER|...", help="As for 'run --model'.")
@click.option(
    "--ratio",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="X",
    help="Share of the channels that goes.",
)
@click.option("--macs", metavar="SHARE", help="Multiply-accumulates that stay, as in 0.5x.")
@click.option("--params", metavar="SHARE", help="Parameters that stay, as in 0.5x.")
@click.option(
    "--latency",
    "latency_share",
    metavar="SHARE",
    help="Latency that stays, as in 0.7x: measured beside the parent's at every step.",
)
@click.option(
    "--importance",
    type=click.Choice(["l1", "taylor", "fisher"]),
    default="l1",
    show_default=True,
    help="Which channels go first: those of small weights, of small effect on "
    "the loss, or of small effect for the memory they take.",
)
@click.option(
    "--uniform",
    is_flag=True,
    help="Every layer loses the same share; else all channels are ranked together.",
)
@click.option(
    "--round-to",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Layers keep multiples of N channels: processors compute 8 or 16 at a time.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Importance is estimated anew in each, and what goes is spread over them.",
)
@click.option(
    "--batches",
    type=click.IntRange(1),
    default=8,
    show_default=True,
    metavar="N",
    help="Batches of patches on which taylor and fisher look.",
)
@click.option(
    "--input",
    "size",
    default="3x256x256",
    show_default=True,
    metavar="CxHxW",
    help="Size at which targets are counted and measured.",
)
@click.option(
    "--teacher/--no-teacher",
    default=True,
    show_default=True,
    help="Whether the parent's outputs are learned beside the photographs.",
)
@click.option(
    "--expand",
    "block",
    type=click.Choice(["sesr", "repvgg"]),
    help="Train every 3x3 convolution as such a block, and fold it afterwards.",
)
@click.option(
    "--width",
    type=click.IntRange(1),
    default=128,
    show_default=True,
    metavar="N",
    help="Of the blocks of --expand sesr.",
)
@scale_option("4 where there are several")
@training_options(steps=8000, rate=5e-4, needed=False)
@name_option
@set_option
@half_option
@latency_option
@table_options
def command(
    model: str,
    ratio: float | None,
    macs: str | None,
    params: str | None,
    latency_share: str | None,
    importance: Importance,
    uniform: bool,
    round_to: int,
    rounds: int,
    batches: int,
    size: str,
    teacher: bool,
    block: str | None,
    width: int,
    scale: int | None,
    setup: TrainingSetup | None,
    out: Path,
    name: str | None,
    sets: tuple[str, ...],
    half: bool,
    latency: bool,
    form: str | None,
) -> None:
    """Take channels out of a network, and train what is left.

    Channels that belong together (added to one another, concatenated, shuffled into pixels) go together; the
    channels of the image stay. Without --photos the narrower network is not trained again. A training that
    was stopped goes on when the same command is given again.
    """
    check_sets(model, sets, scale)
    texts = dict(zip(_TARGETS, (macs, params, latency_share), strict=True))
    targets = [parse_cost_target(cost, text) for cost, text in texts.items() if text is not None]
    if len(targets) + (ratio is not None) != 1:
        raise UsageError("give one of --ratio, --macs, --params and --latency.")
    goal = PruningGoal(
        ratio=ratio,
        target=targets[0] if targets else None,
        importance=importance,
        rounds=rounds,
        selection=Selection(uniform=uniform, round_to=round_to),
    )
    order = PruningRequest(
        parent=model,
        scale=scale,
        goal=goal,
        size=size,
        setup=setup,
        teacher=teacher,
        batches=batches,
        expand=block or "",
        width=width,
        half=half,
    )
    found = prune(order, out, name=name, command=command_line(), tell=_tell)
    _tell_widths(found)
    device = setup.device if setup else "cpu"
    measure_and_tell(out, sets, device, latency=latency, form=form)


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _tell_widths(found: NarrowNetwork) -> None:
    """Which layers are narrower, and which could not be, on standard error."""
    for layer, (before, after) in found.changed.items():
        _tell(f"{layer}: {before} -> {after} channels")
    for layer, reason in found.kept.items():
        _tell(f"{layer}: kept, {reason}")
