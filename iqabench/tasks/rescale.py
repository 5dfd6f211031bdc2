"""Rescaling: the model makes an image small, and large again; both outputs are scored."""

from iqabench.tasks.core.layout import FolderLayout
from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import Task, register

RESCALE = register(
    Task(
        name="rescale",
        title="Rescaling",
        order=40,
        summary="A model makes an image small (low) and large again; both outputs are scored.",
        gives={"output": "target", "low": "low_target"},
        names={
            "input": "image",
            "output": "large image restored",
            "low": "small image written",
            "low_target": "bicubic image",
        },
        sizes="round trip",
        level=Level("x", "decimal", "scale", "x4"),
        protocol="sr-y",
        names_folders=True,
        layout=FolderLayout(input=(), made={"low_target": {"degradation": "bicubic"}}),
    )
)
