"""Video super-resolution: the model enlarges every frame of a clip by a scale."""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import Task, register

VIDEO_SR = register(
    Task(
        name="video_sr",
        title="Video super-resolution",
        order=50,
        summary="A model enlarges the frames of a clip; figures are means over frames, then over clips.",
        clips="each",
        sizes="scale",
        level=Level("x", "decimal", "scale", "x4"),
        protocol="sr-y",
    )
)
