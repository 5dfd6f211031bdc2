"""Real denoising: the model removes the noise of a camera."""

from iqabench.tasks.core.layout import FolderLayout
from iqabench.tasks.core.task import Task, register

REAL_DENOISE = register(
    Task(
        name="real_denoise",
        title="Real denoising",
        order=25,
        summary="A model removes the noise of a camera from an image.",
        columns_without_target=("niqe", "brisque"),
        names_folders=True,
        layout=FolderLayout(depth="srgb"),
    )
)
