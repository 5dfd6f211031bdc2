"""Real-world super-resolution: the model enlarges an image whose degradation nobody knows."""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import Task, register

REAL_SR = register(
    Task(
        name="real_sr",
        title="Real-world super-resolution",
        order=12,
        summary="A model enlarges an image of a camera, whose degradation is not known.",
        sizes="scale",
        level=Level("x", "decimal", "scale", "x4"),
        protocol="real-sr",
        columns=("psnr", "ssim", "lpips", "dists", "niqe"),
        columns_without_target=("niqe@rgb", "brisque@rgb"),
        names_folders=True,
    )
)
