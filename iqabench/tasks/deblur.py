"""Deblurring: the model removes the blur of motion or of a lens."""

from iqabench.tasks.core.layout import FolderLayout
from iqabench.tasks.core.task import Task, register

DEBLUR = register(
    Task(
        name="deblur",
        title="Deblurring",
        order=42,
        summary="A model removes the blur of motion or of a lens from an image.",
        protocol="matlab-rgb3d",
        names_folders=True,
        layout=FolderLayout(depth="srgb"),
    )
)
