"""Denoising: the model removes Gaussian noise of a known strength."""

from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import FolderRule, Task, register

DENOISE = register(
    Task(
        name="denoise",
        title="Denoising",
        order=20,
        summary="A model removes Gaussian noise.",
        level=Level("n", "decimal", "standard deviation of the noise, of 255", "n25"),
        folder=FolderRule({"degradation": "noise", "seed": 0}),
    )
)
