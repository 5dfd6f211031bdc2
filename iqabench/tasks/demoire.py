"""Moire removal: the model removes the patterns that the pixels of a screen leave in a photograph of it."""

from iqabench.tasks.core.task import Task, register

DEMOIRE = register(
    Task(
        name="demoire",
        title="Moire removal",
        order=49,
        summary="A model removes moire patterns from a photograph of a screen.",
        protocol="rgb-float",
        names_folders=True,
    )
)
