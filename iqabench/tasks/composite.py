"""Composite degradations: the model restores an image that several degradations have met."""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import Task, register

COMPOSITE = register(
    Task(
        name="composite",
        title="Composite degradations",
        order=48,
        summary="A model restores an image with darkness, haze, rain and snow, one or several of them.",
        level=Level("", "name", "degradation", "low-haze"),
        protocol="cdd11",
        names_folders=True,
    )
)
