"""Desnowing: the model removes snow from an image."""

from iqabench.tasks.core.task import Task, register

DESNOW = register(
    Task(
        name="desnow",
        title="Desnowing",
        order=47,
        summary="A model removes falling snow from an image.",
        protocol="dehaze-rgb",
        names_folders=True,
    )
)
