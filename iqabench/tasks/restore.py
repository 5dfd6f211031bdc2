"""Restoration: the model keeps the size of its input, for several tasks at once or for none that is known.

So all-in-one models are of this task: they run on the sets of every task that keeps the size.
"""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import Task, register

RESTORE = register(
    Task(
        name="restore",
        title="Restoration",
        order=90,
        summary="A model returns an image of the input's size, for several tasks at once or an unknown one.",
        level=Level("", "name", "name of a part of the set"),
        may_take=("mask", "reference"),
        aligned=("mask",),
        default=True,
    )
)
