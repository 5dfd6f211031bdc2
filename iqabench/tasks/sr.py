"""Super-resolution: the model enlarges an image by a scale."""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import FolderRule, Task, register

SR = register(
    Task(
        name="sr",
        title="Super-resolution",
        order=10,
        summary="A model enlarges the input by a scale.",
        may_give=("route",),
        sizes="scale",
        level=Level("x", "decimal", "scale", "x4"),
        protocol="sr-y",
        folder=FolderRule({"degradation": "bicubic", "edge": "mirror"}, level="x4"),
        default=True,
    )
)
