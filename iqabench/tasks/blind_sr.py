"""Blind super-resolution: the model enlarges an image that was degraded in a way that it is not told."""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import Task, register

BLIND_SR = register(
    Task(
        name="blind_sr",
        title="Blind super-resolution",
        order=12,
        summary="A model enlarges inputs whose degradation it is not told, such as several kernels of blur.",
        sizes="scale",
        level=Level("x", "decimal", "scale", "x4"),
        protocol="sr-y",
        enters=("sr",),
    )
)
