"""Frame interpolation: the model makes the frame between two others."""

from iqabench.tasks.core.task import Task, register

INTERPOLATE = register(
    Task(
        name="interpolate",
        title="Frame interpolation",
        order=60,
        summary="A model makes the frame between the two frames of its input.",
        names={"input": "frame"},
        same_length=False,
        clips="middle",
        columns=("psnr", "mae", "rmse"),
    )
)
