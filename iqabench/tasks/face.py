"""Face restoration: the model restores an image of one face whose degradation nobody knows."""

from iqabench.tasks.core.task import Task, register

FACE = register(
    Task(
        name="face",
        title="Face restoration",
        order=14,
        summary="A model restores an aligned image of a face, whose degradation is not known.",
        columns_without_target=("niqe", "brisque"),
        names_folders=True,
    )
)
