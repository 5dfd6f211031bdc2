"""Multi-scale super-resolution: one network enlarges an image by one of several scales."""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import Task, register

SR_MULTISCALE = register(
    Task(
        name="sr_multiscale",
        title="Multi-scale super-resolution",
        order=15,
        summary="One network enlarges the input by one of several scales, which it is told at each call.",
        sizes="scale",
        level=Level("x", "decimal", "scale", "x4"),
        protocol="sr-y",
        enters=("sr",),
    )
)
