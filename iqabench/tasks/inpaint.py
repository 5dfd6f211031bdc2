"""Inpainting: the model fills the hole of an image; pixels outside the hole stay as they are."""

from iqabench.tasks.core.task import Task, register

INPAINT = register(
    Task(
        name="inpaint",
        title="Inpainting",
        order=70,
        summary="A model fills the hole of an image; only the hole is taken from its output.",
        takes=("input", "mask"),
        aligned=("mask",),
        binary=("mask",),
        marks="hole",
        composites=True,
        columns=("psnr", "ssim", "psnr@rgb-mask", "mae@rgb-mask"),
        names_folders=True,
    )
)
