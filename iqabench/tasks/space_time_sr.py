"""Space-time super-resolution: the model enlarges the frames of a clip and makes those between them."""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import Task, register

SPACE_TIME_SR = register(
    Task(
        name="space_time_sr",
        title="Space-time super-resolution",
        order=55,
        summary="A model enlarges the frames of a clip by a scale and makes the frame between each two.",
        may_take=("low_target",),
        same_length=False,
        clips="doubled",
        sizes="scale",
        level=Level("x", "decimal", "scale", "x4"),
        protocol="y",
        columns=("psnr", "psnr@y-key", "psnr@y-between"),
    )
)
