"""Deraining: the model removes streaks of rain from an image."""

from iqabench.tasks.core.layout import FolderLayout
from iqabench.tasks.core.task import Task, register

DERAIN = register(
    Task(
        name="derain",
        title="Deraining",
        order=40,
        summary="A model removes rain from an image.",
        protocol="rain13k-y",
        names_folders=True,
        layout=FolderLayout(depth="srgb"),
    )
)
