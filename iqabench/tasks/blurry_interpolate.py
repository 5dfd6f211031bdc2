"""Blurry interpolation: the model sharpens the frames of a clip and makes those between them."""

from iqabench.tasks.core.task import Task, register

BLURRY_INTERPOLATE = register(
    Task(
        name="blurry_interpolate",
        title="Interpolation of blurry clips",
        order=65,
        summary="A model sharpens the frames of a clip (key frames) and makes the frame between each two.",
        same_length=False,
        clips="doubled",
        columns=("psnr", "psnr@rgb-key", "psnr@rgb-between"),
    )
)
