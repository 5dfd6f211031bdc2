"""The base of all losses of distillation: a frozen teacher, and features brought to one width."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import l1_loss

from iqabench.compress.losses.feature_taps import Tap, captured_features, last_features, layer_title
from iqabench.errors import CompressError

Pairs = Sequence[tuple[Tap, Tap]]
"""Pairs of a tap of the student and the tap of the teacher that it is compared with."""
_ITS_OWN: Mapping[str, Tensor] = MappingProxyType({})
"""The parameters of a student that runs with its own."""


class BatchOutputs(NamedTuple):
    """The outputs and features of student and teacher for one batch."""

    student: Tensor
    teacher: Tensor
    features: list[tuple[Tensor, Tensor]]
    """Pairs of features, the student's brought to the teacher's width."""


class DistillationLoss(nn.Module):
    """A loss of the student with a teacher: the mean absolute error of the output, plus a distillation term.

    `weight` multiplies the distillation term. Both networks map 0..1 to 0..1. The teacher runs in full
    precision, whatever the student runs in, and is not part of this module: it is neither trained nor saved.
    """

    uses_features = True
    usual_weight = 0.01
    """The default of `weight`: features are compared relative to the teacher's, so that they differ by about
    1 at first; outputs, in 0..1, differ by some hundredths."""

    def __init__(
        self,
        student: nn.Module,
        teacher: nn.Module,
        pairs: Pairs | None = None,
        weight: float | None = None,
    ) -> None:
        super().__init__()
        self._hidden = (teacher.eval().requires_grad_(False),)  # in a tuple it is no submodule
        self.weight = self.usual_weight if weight is None else weight
        self.pairs = list(pairs or []) if self.uses_features else []
        self.regressors = nn.ModuleList()
        if self.uses_features:
            learning = student.training
            self._find_features(
                student.eval(), teacher
            )  # a trial must not move a norm's statistics
            student.train(learning)

    def _find_features(self, student: nn.Module, teacher: nn.Module) -> None:
        example = torch.full((1, 3, 48, 48), 0.5)
        if not self.pairs:
            self.pairs = [(last_features(student, example), last_features(teacher, example))]
        self.regressors.extend(_regressors(student, teacher, self.pairs, example))

    @property
    def teacher(self) -> nn.Module:
        """The teacher network."""
        return self._hidden[0]

    @property
    def facts(self) -> dict[str, str | int | float]:
        """The facts that identify a training with this loss."""
        features = ", ".join(f"{mine.name} : {its.name}" for mine, its in self.pairs)
        facts: dict[str, str | int | float] = {
            "loss": type(self).__name__.lower(),
            "weight": self.weight,
        }
        return {**facts, "features": features} if features else facts

    def forward(self, module: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of a batch."""
        outputs = self.run_both(module, inputs)
        return l1_loss(outputs.student, targets) + self.distillation(outputs, targets)

    def distillation(self, outputs: BatchOutputs, targets: Tensor) -> Tensor:
        """Return the weighted distance of the student from its teacher."""
        raise NotImplementedError

    def run_both(
        self, module: nn.Module, inputs: Tensor, parameters: Mapping[str, Tensor] = _ITS_OWN
    ) -> BatchOutputs:
        """Run student and teacher on the inputs; `parameters` replace those of the student by name."""
        place = inputs.device.type
        self.teacher.to(inputs.device)
        with captured_features(module, [mine for mine, _ in self.pairs]) as own:
            output = functional_call(module, dict(parameters), (inputs,)).float()
        with (
            torch.no_grad(),
            torch.autocast(place, enabled=False),
            captured_features(self.teacher, [its for _, its in self.pairs]) as theirs,
        ):
            teacher_output = self.teacher(inputs)
        features = [
            (regressor(own[mine]).float(), theirs[its])
            for regressor, (mine, its) in zip(self.regressors, self.pairs, strict=True)
        ]
        return BatchOutputs(output, teacher_output, features)


def _regressors(
    student: nn.Module, teacher: nn.Module, pairs: Pairs, example: Tensor
) -> list[nn.Module]:
    """Return a 1x1 convolution for each pair, from the student's width to the teacher's.

    Raises: CompressError when two feature maps have different sizes.
    """
    with torch.no_grad():
        with captured_features(student, [mine for mine, _ in pairs]) as own:
            student(example)
        with captured_features(teacher, [its for _, its in pairs]) as theirs:
            teacher(example)
    regressors: list[nn.Module] = []
    for mine, its in pairs:
        if mine not in own or its not in theirs:
            missing = mine if mine not in own else its
            raise CompressError(
                f"the layer '{layer_title(missing.layer)}' does not run. Name another one."
            )
        a, b = own[mine].shape, theirs[its].shape
        if a[2:] != b[2:]:
            raise CompressError(
                f"features must have the same size: {mine.name} of the student is {a[2]}x{a[3]} for an input "
                f"of 48x48, {its.name} of the teacher {b[2]}x{b[3]}. Name others with --features."
            )
        regressors.append(nn.Conv2d(a[1], b[1], 1))
    return regressors
