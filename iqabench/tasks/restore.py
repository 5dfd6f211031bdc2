"""Restoration: the model keeps the size of its input, and no other task describes it."""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import Task, register

RESTORE = register(
    Task(
        name="restore",
        title="Restoration",
        order=90,
        summary="A model returns an image of the input's size; nothing more is known of it.",
        level=Level("", "name", "name of a part of the set"),
        may_take=("mask", "reference"),
        aligned=("mask",),
        default=True,
    )
)
