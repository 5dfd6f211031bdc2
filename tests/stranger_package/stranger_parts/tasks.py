"""Removal of posterisation, as a task."""

from iqabench.tasks import FolderRule, Level, Task, register

DEPOSTERISE = register(
    Task(
        name="stranger-depose",
        title="Removal of posterisation",
        order=80,
        summary="A model removes the steps of an image with few levels of brightness.",
        level=Level("p", "decimal", "width of a step in 8-bit levels"),
        protocol="stranger-view",
        columns=("stranger_error",),
        folder=FolderRule({"degradation": "stranger_steps"}),
    )
)
