"""Restoration: whatever keeps the size of its input and belongs to no task with a name of its own."""

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
