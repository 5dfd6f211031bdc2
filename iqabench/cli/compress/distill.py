"""The command `iqabench compress distill`."""

from pathlib import Path

import click

from iqabench.cli.compress.figures import measure_and_tell
from iqabench.cli.compress.options import (
    command_line,
    half_option,
    latency_option,
    name_option,
    set_option,
    training_options,
)
from iqabench.cli.convention_option import convention_option, tell_convention
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.options import (
    examples,
    scale_option,
    table_options,
    trust_option,
)

with lazy_imports():
    from iqabench.compress.distill import Distillation, distill
    from iqabench.compress.student import read_arguments, student_of
    from iqabench.compress.training_setup import TrainingSetup
    from iqabench.models.core.convention import AS_FOUND, CallingConvention
    from iqabench.models.core.load import is_own, load_model
    from iqabench.models.core.model import Model


@click.command(
    "distill",
    epilog=examples(
        "iqabench compress distill --teacher rlfn --student pocket --photos photos --out mine",
        "iqabench compress distill --teacher pocket --loss lsfd --student pocket \\",
        "    --arguments features=12,depth=5 --photos photos --out small",
        "iqabench compress distill --loss none --student pocket --photos photos --out alone",
    ),
)
@click.option("--teacher", metavar="NAME|FILE|...", help="The teacher, named as for 'run --model'.")
@click.option(
    "--student",
    "student_name",
    required=True,
    metavar="NAME|FILE|...",
    help="The student: a registered id or a card's folder, with new weights; a weights file; or "
    "package.module:factory.",
)
@click.option(
    "--arguments",
    default="",
    metavar="NAME=VALUE,...",
    help="Arguments of the student's network that differ from those of its card.",
)
@click.option("--own-weights", is_flag=True, help="The student begins with its published weights.")
@click.option(
    "--loss",
    type=click.Choice(["output", "fitnet", "lsfd", "facd", "metakd", "augment", "none"]),
    default="output",
    show_default=True,
    help="Loss of the distillation; 'none' trains the student without a teacher.",
)
@click.option(
    "--weight",
    type=click.FloatRange(0),
    metavar="X",
    help="Weight of the teacher beside the targets.  [default: 1 for output and augment, else 0.01]",
)
@click.option(
    "--features",
    default="",
    metavar="STUDENT:TEACHER,...",
    help="Layers to compare.  [default: the last features before the tails]",
)
@click.option(
    "--teacher-once",
    "once",
    is_flag=True,
    help="Compute the teacher's outputs once for every patch and store them: for --loss output "
    "and teachers that cost more than the student.",
)
@scale_option("4 where there are several")
@convention_option
@training_options(steps=16000, rate=1e-3)
@name_option
@set_option
@half_option
@latency_option
@trust_option
@table_options
def command(
    teacher: str | None,
    student_name: str,
    arguments: str,
    own_weights: bool,
    loss: str,
    weight: float | None,
    features: str,
    once: bool,
    scale: int | None,
    convention: CallingConvention,
    setup: TrainingSetup,
    out: Path,
    name: str | None,
    sets: tuple[str, ...],
    half: bool,
    latency: bool,
    form: str | None,
) -> None:
    """Train a small network to give the outputs of a large one.

    The student learns from photographs and from its teacher's outputs for them. A training that was stopped
    continues when the same command is given again.
    """
    tell_convention([student_name, *([teacher] if teacher else [])], convention)
    student = student_of(
        student_name,
        read_arguments(arguments),
        scale,
        convention=convention,
        own_weights=own_weights,
        seed=setup.plan.seed,
    )
    teacher_model = _teacher(teacher, scale, convention) if teacher else None
    distillation = Distillation(loss, teacher_model, teacher or "", weight, features, once)
    folder = distill(
        student, distillation, setup, out, command=command_line(), name=name or "", half=half
    )
    measure_and_tell(folder, sets, setup.device, latency=latency, form=form)


def _teacher(name: str, scale: int | None, convention: CallingConvention) -> Model:
    return load_model(name, scale, convention=convention if is_own(name) else AS_FOUND)
