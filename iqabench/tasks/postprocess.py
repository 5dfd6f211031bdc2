"""Post-processing: the model improves the output of another model, which is named before it."""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import Task, register

POSTPROCESS = register(
    Task(
        name="postprocess",
        title="Post-processing of super-resolution",
        order=17,
        summary="A model improves the output of another model (restored), and sees the input of both.",
        takes=("input", "restored"),
        scaled=("restored",),
        sizes="scale",
        level=Level("x", "decimal", "scale", "x4"),
        protocol="sr-y",
        follows="restored",
    )
)
