"""Defocus deblurring: the model sharpens what lay out of focus, in one photograph or in both its views."""

from iqabench.tasks.core.layout import FolderLayout
from iqabench.tasks.core.task import Task, register

DEFOCUS = register(
    Task(
        name="defocus",
        title="Defocus deblurring",
        order=43,
        summary=(
            "A model sharpens what lay out of focus, from a photograph (input) or from the views of a "
            "dual-pixel sensor (left, right)."
        ),
        may_take=("left", "right"),
        aligned=("left", "right"),
        names={"left": "left view", "right": "right view"},
        protocol="dpdd",
        columns=("psnr", "ssim", "mae_unit"),
        names_folders=True,
        layout=FolderLayout(
            other_names={"input": ("inputC",), "left": ("inputL",), "right": ("inputR",)},
            signs=("inputC", "inputL"),
            depth="srgb",
        ),
    )
)
