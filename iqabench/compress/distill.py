"""Distillation: a small network, the student, is trained to give the outputs of a large one, its teacher.

    teacher, student = ...                         # of one scale
    loss = LOSSES["output"](student, teacher)
    train_network(student, card, loss, setup)
    write_variant(folder, parent=student's, state=student's, ...)

The same training without a teacher is the baseline that distillation must beat.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from iqabench.compress.losses import LOSSES
from iqabench.compress.losses.feature_taps import Tap
from iqabench.compress.parent import layout_of, learned_parameters, network_of
from iqabench.compress.provenance import name_of, photographs_line, provenance
from iqabench.compress.storage import storable_state
from iqabench.compress.student import Student, check_pair
from iqabench.compress.teacher_outputs import PrecomputedOutput, with_teacher_outputs
from iqabench.compress.training_setup import TrainingSetup, train_network
from iqabench.compress.variant_folder import check_place, write_variant
from iqabench.errors import UsageError
from iqabench.models.core.card import Variant
from iqabench.models.core.model import Model
from iqabench.training.losses import Loss, MeanAbsolute
from iqabench.training.patches import Patches
from iqabench.training.photographs import Photographs
from iqabench.training.unit_range import UnitRangeNetwork

Facts = dict[str, str | int | float]
NO_TEACHER = "none"
"""The name for a training without a teacher."""


@dataclass(frozen=True)
class Distillation:
    """The teacher, the loss and its options."""

    loss: str
    """Name of a loss in LOSSES, or NO_TEACHER."""
    teacher: Model | None
    teacher_name: str = ""
    """The teacher's name, as the user gave it."""
    weight: float | None = None
    """Weight of the distillation beside the plain error; None for the default of the loss."""
    features: str = ""
    """Layers that are compared, as in 'body.3:body.6,body.5:body.9'; empty for the last before the tails."""
    once: bool = False
    """True when the teacher's outputs are computed before the training, once for every patch."""


def distill(
    student: Student,
    distillation: Distillation,
    setup: TrainingSetup,
    folder: Path,
    *,
    command: str,
    name: str = "",
    half: bool = False,
) -> Path:
    """Train the student and write it as a variant.

    A training that was stopped continues when it is called again with the same setup.

    Returns: `folder`.
    Raises: CompressError when teacher and student do not fit together, or the training fails; UsageError for
        options that contradict each other; what reading photographs raises.
    """
    check_place(folder)
    loss = loss_of(student, distillation, setup.plan.seed)
    facts: Facts = getattr(loss, "facts", {"loss": NO_TEACHER})
    identity = {**facts, "student": f"{student.card.name} {student.arguments}"}
    if distillation.teacher is not None:
        identity["teacher"] = distillation.teacher.hash
    prepare = _add_outputs(distillation, setup) if distillation.once else lambda patches: patches
    photos = train_network(student.network, student.card, loss, setup, identity, prepare)
    return write_variant(
        folder,
        name=name or f"{student.card.id}@distilled",
        parent=student.model,
        state=storable_state(student.network.state_dict(), half=half),
        variant=_variant(student, distillation, setup, photos, command, facts),
        params=learned_parameters(student.network),
        arguments=student.arguments,
        training_sets=_training_sets(distillation, setup, photos),
        fresh=student.fresh,
    )


def loss_of(student: Student, distillation: Distillation, seed: int = 0) -> Loss:
    """Return the loss of a distillation; its own layers are drawn with `seed`.

    Raises: UsageError for a distillation without a teacher that it needs, or with options that it does not
        use; CompressError when teacher and student have different scales, or features of different sizes.
    """
    if distillation.loss == NO_TEACHER:
        if distillation.features or distillation.weight is not None:
            raise UsageError(
                "--loss none has no teacher to compare with; leave out --features and --weight."
            )
        return MeanAbsolute()
    if distillation.loss not in LOSSES:
        raise UsageError(
            f"there is no loss '{distillation.loss}'; expected {', '.join([*LOSSES, NO_TEACHER])}."
        )
    if distillation.teacher is None:
        raise UsageError(
            f"--loss {distillation.loss} needs a --teacher; --loss none trains the student without one."
        )
    kind, card = LOSSES[distillation.loss], distillation.teacher.card
    check_pair(card, student.card)
    if distillation.once:
        if distillation.loss != "output":
            raise UsageError(
                f"--teacher-once stores only outputs, and --loss {distillation.loss} needs the teacher's "
                "features. Leave out --teacher-once."
            )
        return PrecomputedOutput(distillation.weight)
    torch.manual_seed(seed)
    return kind(
        UnitRangeNetwork(student.network, student.card.range),
        UnitRangeNetwork(network_of(distillation.teacher), card.range),
        read_features(distillation.features),
        distillation.weight,
    )


def _add_outputs(distillation: Distillation, setup: TrainingSetup) -> Callable[[Patches], Patches]:
    """Return a function that adds the teacher's outputs to the targets of patches."""

    def prepare(patches: Patches) -> Patches:
        assert distillation.teacher is not None
        network = UnitRangeNetwork(
            network_of(distillation.teacher), distillation.teacher.card.range
        )
        return with_teacher_outputs(
            patches, network, distillation.teacher.hash, setup.work, setup.device
        )

    return prepare


def read_features(text: str) -> Sequence[tuple[Tap, Tap]]:
    """Read `body.3:body.6` as taps of student and teacher, in networks that `UnitRangeNetwork` wraps.

    Raises: UsageError for other forms.
    """
    taps = []
    for pair in filter(None, text.split(",")):
        mine, colon, its = (part.strip() for part in pair.partition(":"))
        if not (mine and colon and its):
            raise UsageError(
                f"'{pair}' is not a pair of layers; expected STUDENT:TEACHER as in body.3:body.6."
            )
        taps.append((Tap(f"network.{mine}"), Tap(f"network.{its}")))
    return taps


def _variant(
    student: Student,
    distillation: Distillation,
    setup: TrainingSetup,
    photos: Photographs,
    command: str,
    facts: Facts,
) -> Variant:
    """Describe the variant; its parent is the student's card, or the teacher for a user's own network."""
    parent, training = name_of(student.name, student.card), "trained alone"
    if distillation.teacher is not None:
        teacher = name_of(distillation.teacher_name, distillation.teacher.card)
        training = f"taught by {teacher} ({distillation.loss})"
        parent = teacher if student.card.loader == "factory" else parent
    changed = {k: v for k, v in student.arguments.items() if student.card.arguments.get(k) != v}
    arguments = ", ".join(f"{k}={v}" for k, v in changed.items())
    recipe = ", ".join(part for part in (arguments, training, f"{setup.plan.steps} steps") if part)
    return Variant(
        parent=parent,
        method="distilled",
        recipe=recipe,
        layout=layout_of(student.card),
        made=provenance(command, setup=setup, photos=photos, teacher=distillation.teacher, **facts),
    )


def _training_sets(
    distillation: Distillation, setup: TrainingSetup, photos: Photographs
) -> tuple[str, ...]:
    """Return the training sets: the photographs and, through its outputs, those of the teacher."""
    its = distillation.teacher.card.training_sets if distillation.teacher else ()
    return (photographs_line(photos, setup.photos), *its)
