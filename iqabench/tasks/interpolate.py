"""Frame interpolation: the frame between two others is to be made."""

from iqabench.tasks.core.task import Task, register

INTERPOLATE = register(
    Task(
        name="interpolate",
        title="Frame interpolation",
        order=60,
        summary="A model makes the frame between the two frames of its input.",
        same_length=False,
        columns=("psnr", "mae", "rmse"),
    )
)
