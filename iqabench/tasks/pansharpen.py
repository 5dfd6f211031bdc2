"""Pan-sharpening: the model gives multispectral bands the resolution of a panchromatic image."""

from iqabench.tasks.core.layout import FolderLayout, Reduction
from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import Task, register

PANSHARPEN = register(
    Task(
        name="pansharpen",
        title="Pan-sharpening",
        order=70,
        summary="A model enlarges multispectral bands with the help of a panchromatic image (pan).",
        takes=("input", "pan"),
        names={"input": "multispectral", "pan": "panchromatic"},
        scaled=("pan",),
        sizes="scale",
        level=Level("x", "decimal", "scale", "x4"),
        protocol="bands-11",
        columns=("psnr", "sam", "ergas_pan", "q2n"),
        columns_without_target=("d_lambda", "d_s", "qnr"),
        names_folders=True,
        layout=FolderLayout(
            other_names={"input": ("ms", "lrms"), "target": ("gt",)},
            signs=("pan",),
            arrays={
                "input": ("I_MS_LR", "I_MS", "ms", "MS", "lrms"),
                "pan": ("I_PAN", "pan", "PAN"),
                "target": ("I_GT", "gt", "GT"),
            },
            depth="uint16",
            axes="bands",
            peak=2047,
            reduction=Reduction("wald", "mtf", "sensor", "pan"),
        ),
    )
)
