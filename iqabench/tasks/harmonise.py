"""Harmonisation: the model adapts the colours of a pasted foreground to its background."""

from iqabench.tasks.core.layout import FolderLayout
from iqabench.tasks.core.task import Task, register

HARMONISE = register(
    Task(
        name="harmonise",
        title="Harmonisation",
        order=75,
        summary="A model adapts the colours of a pasted foreground to the background.",
        takes=("input", "mask"),
        names={"input": "composite"},
        aligned=("mask",),
        binary=("mask",),
        marks="foreground",
        columns=("mse", "psnr", "mse@rgb-mask"),
        names_folders=True,
        layout=FolderLayout(
            other_names={"input": ("composite",), "target": ("real",)}, signs=("composite",)
        ),
    )
)
