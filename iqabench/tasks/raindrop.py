"""Raindrop removal: the model removes drops on the lens or on a window."""

from iqabench.tasks.core.task import Task, register

RAINDROP = register(
    Task(
        name="raindrop",
        title="Raindrop removal",
        order=41,
        summary="A model removes drops of rain on a lens or a window from an image.",
        protocol="y",
        names_folders=True,
    )
)
