"""MRI reconstruction: the model fills in the spectrum that was not measured."""

from iqabench.tasks.core.layout import FolderLayout
from iqabench.tasks.core.level import Level
from iqabench.tasks.core.task import Task, register

MRI = register(
    Task(
        name="mri",
        title="MRI reconstruction",
        order=72,
        summary="A model reconstructs complex slices of which only a part of the spectrum was measured.",
        may_take=("mask", "reference"),
        aligned=("mask", "reference"),
        level=Level("x", "decimal", "division of each axis of the spectrum", "x4"),
        protocol="magnitude",
        names_folders=True,
        layout=FolderLayout(
            arrays={
                "input": ("input", "undersampled"),
                "target": ("target", "gt"),
                "mask": ("mask",),
                "reference": ("reference",),
            },
            depth="complex64",
            axes="frames",
            input=({"degradation": "spectrum_centre"},),
            made={"mask": {"degradation": "spectrum_mask"}},
            measures=True,
        ),
    )
)
