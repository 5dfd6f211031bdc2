"""Options that all layer transforms share, and the run of one."""

import functools
from pathlib import Path
from typing import Any

import click

from iqabench.cli.compress.figures import check_sets, measure_and_tell
from iqabench.cli.compress.options import (
    Command,
    Decorator,
    add_options,
    command_line,
    half_option,
    latency_option,
    model_option,
    name_option,
    set_option,
    training_options,
)
from iqabench.cli.convention_option import convention_option, tell_convention
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.options import scale_option, table_options, trust_option

with lazy_imports():
    from iqabench.compress.training_setup import TrainingSetup
    from iqabench.compress.transform import Transform, TransformRequest, transform
    from iqabench.models.core.convention import CallingConvention

_OPTIONS: list[Decorator] = [
    click.option(
        "--keep",
        multiple=True,
        metavar="LAYER",
        help="A layer that stays as it is, as a name or a pattern such as 'tail.*'; repeatable.",
    ),
    click.option(
        "--teacher/--no-teacher",
        default=True,
        show_default=True,
        help="Train on the parent's outputs besides the photographs.",
    ),
    click.option(
        "--fresh",
        is_flag=True,
        help="Begin the training with new weights; else with the parent's.",
    ),
    scale_option("4 where there are several"),
    convention_option,
    training_options(steps=8000, rate=5e-4, needed=False),
    name_option,
    set_option,
    half_option,
    latency_option,
    trust_option,
    table_options,
]


def transform_options(*own: Decorator) -> Decorator:
    """Return a decorator for a command that returns a transform from its `own` options.

    The other options say to what it is applied, and how the result is trained, named and measured.
    """

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def run(**arguments: Any) -> None:
            common = {name: arguments.pop(name) for name in _NAMES}
            _run(command(**arguments), **common)

        return add_options(run, [model_option, *own, *_OPTIONS])

    return decorate


_NAMES = (
    "model",
    "keep",
    "teacher",
    "fresh",
    "scale",
    "convention",
    "setup",
    "out",
    "name",
    "sets",
    "half",
    "latency",
    "form",
)
"""Names of the arguments that the common options give."""


def _run(
    change: Transform,
    *,
    model: str,
    keep: tuple[str, ...],
    teacher: bool,
    fresh: bool,
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
    """Transform a model, and print the figures of the result."""
    tell_convention([model], convention)
    check_sets(model, sets, scale)
    order = TransformRequest(
        parent=model,
        scale=scale,
        convention=convention,
        keep=keep,
        setup=setup,
        teacher=teacher,
        fresh=fresh,
        half=half,
    )
    result = transform(order, change, out, name=name, command=command_line(), tell=tell)
    for layer, reason in result.kept.items():
        tell(f"{layer}: kept, {reason}")
    for fact, value in result.facts.items():
        tell(f"{fact.replace('_', ' ')}: {value}")
    device = setup.device if setup else "cpu"
    measure_and_tell(out, sets, device, latency=latency, form=form)
