"""Dehazing: the model removes haze."""

from iqabench.tasks.core.layout import FolderLayout
from iqabench.tasks.core.task import Task, register

DEHAZE = register(
    Task(
        name="dehaze",
        title="Dehazing",
        order=44,
        summary="A model removes haze from an image.",
        protocol="dehaze-rgb",
        names_folders=True,
        layout=FolderLayout(depth="srgb"),
    )
)
