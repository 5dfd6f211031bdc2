"""Reference super-resolution: the model enlarges an image with the help of a similar, sharp one."""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import FolderRule, Task, register

REFSR = register(
    Task(
        name="refsr",
        title="Reference super-resolution",
        order=18,
        summary="A model enlarges the input with the help of a sharp image of something similar.",
        takes=("input", "reference"),
        independent=("reference",),
        sizes="scale",
        level=Level("x", "decimal", "scale", "x4", choice="l", choice_meaning="reference level"),
        protocol="sr-y",
        columns_without_target=("psnr@lr",),
        folder=FolderRule({"degradation": "pillow_bicubic"}, level="x4", needs="reference"),
    )
)
