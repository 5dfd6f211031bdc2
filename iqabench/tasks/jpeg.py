"""JPEG artefact removal: the model removes the artefacts of JPEG compression."""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import FolderRule, Task, register

JPEG = register(
    Task(
        name="jpeg",
        title="JPEG artefact removal",
        order=30,
        summary="A model removes the artefacts of JPEG compression.",
        level=Level("q", "integer", "JPEG quality", "q10"),
        folder=FolderRule({"degradation": "jpeg"}),
    )
)
