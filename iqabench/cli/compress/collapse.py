"""The command `iqabench compress collapse`."""

from pathlib import Path

import click

from iqabench.cli.compress.figures import measure_and_tell
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
from iqabench.errors import UsageError

with lazy_imports():
    from iqabench.compress.collapse import CollapseRequest, Expansion, fold_model, train_expanded
    from iqabench.compress.training_setup import TrainingSetup
    from iqabench.models.core.convention import CallingConvention
    from iqabench.models.core.load import load_model


@click.command(
    "collapse",
    epilog=examples(
        "iqabench compress collapse --model nets.mine:RepVGGLike --out folded",
        "iqabench compress collapse --model pocket --expand sesr --photos photos --out mine",
    ),
)
@model_option
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
    """Fold layers that are linear together into fewer, exactly.

    A convolution and its batch norm, convolutions directly after one another, and parallel branches of one
    input become one convolution each; outputs before and after are compared, border included. With --expand
    the network is first trained on photographs with more layers than it keeps. A training that was stopped
    continues when the same command is given again.
    """
    if (block is None) != (setup is None):
        raise UsageError(
            "--expand and --photos go together: blocks are expanded for a training on photographs. Give "
            "both, or neither."
        )
    tell_convention([model], convention)
    parent = load_model(model, scale, convention=convention)
    order = CollapseRequest(
        parent=parent,
        parent_name=model,
        folder=out,
        command=command_line(),
        name=name or "",
        half=half,
    )
    if block is not None and setup is not None:
        train_expanded(order, Expansion(block, setup, width))
    else:
        folded = fold_model(order)
        for fold in folded.folds:
            tell(f"{fold.rule}: {', '.join(fold.layers)} -> {fold.into}")
        for obstacle in folded.obstacles:
            tell(f"left: {', '.join(obstacle.layers)}: {obstacle.reason}")
    measure_and_tell(out, sets, setup.device if setup else "cpu", latency=latency, form=form)
