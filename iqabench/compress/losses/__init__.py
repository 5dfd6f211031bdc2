"""Losses of distillation, one file each.

A loss is called with the student (0..1 to 0..1), inputs and targets. A loss that compares features of teacher
and student has layers of its own that bring them to one width; they are trained with the student and dropped
afterwards.
"""

from collections.abc import Callable

from iqabench.compress.losses.distillation import DistillationLoss
from iqabench.compress.losses.facd import Facd
from iqabench.compress.losses.fitnet import FitNet
from iqabench.compress.losses.lsfd import Lsfd
from iqabench.compress.losses.metakd import MetaKd
from iqabench.compress.losses.output import Output
from iqabench.compress.losses.student_augmentation import StudentAugmentation

LOSSES: dict[str, Callable[..., DistillationLoss]] = {
    "output": Output,
    "fitnet": FitNet,
    "lsfd": Lsfd,
    "facd": Facd,
    "metakd": MetaKd,
    "augment": StudentAugmentation,
}
"""The losses by their names on the command line."""

__all__ = [
    "LOSSES",
    "DistillationLoss",
    "Facd",
    "FitNet",
    "Lsfd",
    "MetaKd",
    "Output",
    "StudentAugmentation",
]
