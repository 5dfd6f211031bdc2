"""Controllable super-resolution: the model enlarges an image, and a setting chooses between its aims."""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import Task, register

CONTROLLABLE_SR = register(
    Task(
        name="controllable_sr",
        title="Controllable super-resolution",
        order=13,
        summary="A model enlarges the input; a setting such as alpha trades fidelity for perceived quality.",
        sizes="scale",
        level=Level("x", "decimal", "scale", "x4"),
        protocol="sr-y",
        enters=("sr",),
    )
)
