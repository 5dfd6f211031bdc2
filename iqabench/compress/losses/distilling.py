"""What the losses of distillation have in common: a frozen teacher, and features made comparable."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from iqabench.compress.losses.taps import Tap, last_features, shown, taken
from iqabench.errors import CompressError

Pairs = Sequence[tuple[Tap, Tap]]
"""Taps of the student, each with the tap of the teacher that it is compared with."""


class Both(NamedTuple):
    """What student and teacher make of a batch."""

    output: Tensor
    taught: Tensor
    features: list[tuple[Tensor, Tensor]]
    """Pair by pair, the student's brought to the teacher's width."""


class Distilling(nn.Module):
    """A loss of the student that looks at a teacher too: the mean absolute error of the output, plus what the
    kind of distillation adds; `weight` is the share of that.

    Both networks map 0..1 to 0..1. The teacher runs in full precision, whatever the student runs in, and is
    no part of this module: it is neither learned nor kept.
    """

    uses_features = True
    usual_weight = 0.01
    """Features are compared relative to the teacher's, so that they differ by about 1 at first; outputs, in
    0..1, differ by some hundredths."""

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
        """The network that is learned from."""
        return self._hidden[0]

    @property
    def facts(self) -> dict[str, str | int | float]:
        """What tells a training with this loss from others."""
        said = ", ".join(f"{mine.name} : {its.name}" for mine, its in self.pairs)
        found: dict[str, str | int | float] = {
            "loss": type(self).__name__.lower(),
            "weight": self.weight,
        }
        return {**found, "features": said} if said else found

    def forward(self, module: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
        """The loss of a batch."""
        both = self.look(module, inputs)
        return l1_loss(both.output, targets) + self.distillation(both, targets)

    def distillation(self, both: Both, targets: Tensor) -> Tensor:
        """How far the student is from its teacher, weighed."""
        raise NotImplementedError

    def look(self, module: nn.Module, inputs: Tensor) -> Both:
        """Run both networks."""
        place = inputs.device.type
        self.teacher.to(inputs.device)
        with taken(module, [mine for mine, _ in self.pairs]) as own:
            output = module(inputs).float()
        with (
            torch.no_grad(),
            torch.autocast(place, enabled=False),
            taken(self.teacher, [its for _, its in self.pairs]) as theirs,
        ):
            taught = self.teacher(inputs)
        features = [
            (regressor(own[mine]).float(), theirs[its])
            for regressor, (mine, its) in zip(self.regressors, self.pairs, strict=True)
        ]
        return Both(output, taught, features)


def _regressors(
    student: nn.Module, teacher: nn.Module, pairs: Pairs, example: Tensor
) -> list[nn.Module]:
    """A 1x1 convolution for each pair, from the student's width to the teacher's.

    Raises: CompressError when two feature maps are not of one size.
    """
    with torch.no_grad():
        with taken(student, [mine for mine, _ in pairs]) as own:
            student(example)
        with taken(teacher, [its for _, its in pairs]) as theirs:
            teacher(example)
    made: list[nn.Module] = []
    for mine, its in pairs:
        if mine not in own or its not in theirs:
            missing = mine if mine not in own else its
            raise CompressError(f"the layer '{shown(missing.layer)}' does not run; name another.")
        a, b = own[mine].shape, theirs[its].shape
        if a[2:] != b[2:]:
            raise CompressError(
                f"features must be of one size: {mine.name} of the student is {a[2]}x{a[3]} for an input of "
                f"48x48, {its.name} of the teacher {b[2]}x{b[3]}. Name others with --features."
            )
        made.append(nn.Conv2d(a[1], b[1], 1))
    return made
