"""Training a small network to do what a large one does.

    teacher, student = ...                         # of one scale
    loss = LOSSES["output"](student, teacher)
    teach(student, card, loss, course)
    write_variant(folder, parent=student's, state=student's, ...)

The same without a teacher is what distillation must beat.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from iqabench.compress.course import Course, teach
from iqabench.compress.losses import LOSSES
from iqabench.compress.losses.taps import Tap
from iqabench.compress.made import made, name_of, photographs_line
from iqabench.compress.parent import layout_of, learned_parameters, network_of
from iqabench.compress.result import check_place, write_variant
from iqabench.compress.stored import stored
from iqabench.compress.student import Student, check_pair
from iqabench.compress.taught import TaughtOutput, with_taught
from iqabench.errors import UsageError
from iqabench.models.core.card import Variant
from iqabench.models.core.model import Model
from iqabench.training.losses import Loss, MeanAbsolute
from iqabench.training.patches import Patches
from iqabench.training.photographs import Photographs
from iqabench.training.units import InUnits

Facts = dict[str, str | int | float]
NO_TEACHER = "none"
"""The student alone."""


@dataclass(frozen=True)
class Lesson:
    """What is learned from whom."""

    loss: str
    """A name in LOSSES, or NO_TEACHER."""
    teacher: Model | None
    teacher_name: str = ""
    """As it was asked for."""
    weight: float | None = None
    """Of the distillation beside the plain error; else what is usual for the loss."""
    features: str = ""
    """Layers that are compared, as in 'body.3:body.6,body.5:body.9'; else the last before the tails."""
    once: bool = False
    """Whether the teacher's outputs are computed beforehand, once for every patch."""


def distill(
    student: Student,
    lesson: Lesson,
    course: Course,
    folder: Path,
    *,
    command: str,
    name: str = "",
    half: bool = False,
) -> Path:
    """Train the student and write it as a variant; the same course goes on where it stopped.

    Returns: `folder`.
    Raises: CompressError when teacher and student do not go together, or training fails; UsageError for a
        lesson that cannot be; what reading photographs raises.
    """
    check_place(folder)
    loss = loss_of(student, lesson, course.plan.seed)
    facts: Facts = getattr(loss, "facts", {"loss": NO_TEACHER})
    told = {**facts, "student": f"{student.card.name} {student.arguments}"}
    if lesson.teacher is not None:
        told["teacher"] = lesson.teacher.hash
    ask = _asking(lesson, course) if lesson.once else lambda patches: patches
    photos = teach(student.network, student.card, loss, course, told, ask)
    return write_variant(
        folder,
        name=name or f"{student.card.id}@distilled",
        parent=student.model,
        state=stored(student.network.state_dict(), half=half),
        variant=_variant(student, lesson, course, photos, command, facts),
        params=learned_parameters(student.network),
        arguments=student.arguments,
        training_sets=_training_sets(lesson, course, photos),
        fresh=student.fresh,
    )


def loss_of(student: Student, lesson: Lesson, seed: int = 0) -> Loss:
    """The loss of a lesson; its own layers are drawn with `seed`.

    Raises: UsageError for a lesson that lacks its teacher, or has one that it does not need; CompressError
        when teacher and student are not of one scale, or their features not of one size.
    """
    if lesson.loss == NO_TEACHER:
        if lesson.features or lesson.weight is not None:
            raise UsageError(
                "--loss none has no teacher to compare with: leave --features and --weight out."
            )
        return MeanAbsolute()
    if lesson.loss not in LOSSES:
        raise UsageError(
            f"'{lesson.loss}' is no loss; expected {', '.join([*LOSSES, NO_TEACHER])}."
        )
    if lesson.teacher is None:
        raise UsageError(
            f"--loss {lesson.loss} needs a --teacher; --loss none trains the student alone."
        )
    kind, card = LOSSES[lesson.loss], lesson.teacher.card
    check_pair(card, student.card)
    if lesson.once:
        if lesson.loss != "output":
            raise UsageError(
                f"--teacher-once keeps outputs alone; --loss {lesson.loss} needs the teacher itself."
            )
        return TaughtOutput(lesson.weight)
    torch.manual_seed(seed)
    return kind(
        InUnits(student.network, student.card.range),
        InUnits(network_of(lesson.teacher), card.range),
        read_features(lesson.features),
        lesson.weight,
    )


def _asking(lesson: Lesson, course: Course) -> Callable[[Patches], Patches]:
    """Puts what the teacher makes of every patch beside its target."""

    def ask(patches: Patches) -> Patches:
        assert lesson.teacher is not None
        network = InUnits(network_of(lesson.teacher), lesson.teacher.card.range)
        return with_taught(patches, network, lesson.teacher.hash, course.work, course.device)

    return ask


def read_features(text: str) -> Sequence[tuple[Tap, Tap]]:
    """`body.3:body.6` as the taps of student and teacher, in the networks that `InUnits` wraps.

    Raises: UsageError for other forms.
    """
    found = []
    for pair in filter(None, text.split(",")):
        mine, colon, its = (part.strip() for part in pair.partition(":"))
        if not (mine and colon and its):
            raise UsageError(
                f"'{pair}' is no pair of layers; expected STUDENT:TEACHER as in body.3:body.6."
            )
        found.append((Tap(f"network.{mine}"), Tap(f"network.{its}")))
    return found


def _variant(
    student: Student,
    lesson: Lesson,
    course: Course,
    photos: Photographs,
    command: str,
    facts: Facts,
) -> Variant:
    """A network is shown against the one it was derived from; a user's own, against its teacher."""
    parent, taught = name_of(student.name, student.card), "trained alone"
    if lesson.teacher is not None:
        teacher = name_of(lesson.teacher_name, lesson.teacher.card)
        taught = f"taught by {teacher} ({lesson.loss})"
        parent = teacher if student.card.loader == "factory" else parent
    changed = {k: v for k, v in student.arguments.items() if student.card.arguments.get(k) != v}
    with_arguments = ", ".join(f"{k}={v}" for k, v in changed.items())
    recipe = ", ".join(
        part for part in (with_arguments, taught, f"{course.plan.steps} steps") if part
    )
    return Variant(
        parent=parent,
        method="distilled",
        recipe=recipe,
        layout=layout_of(student.card),
        made=made(command, course=course, photos=photos, teacher=lesson.teacher, **facts),
    )


def _training_sets(lesson: Lesson, course: Course, photos: Photographs) -> tuple[str, ...]:
    """What the weights have seen here: these photographs and, by its outputs, what the teacher saw."""
    its = lesson.teacher.card.training_sets if lesson.teacher else ()
    return (photographs_line(photos, course.photos), *its)
