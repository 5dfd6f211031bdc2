"""Low light: the model brightens an image that was taken with too little light."""

from iqabench.tasks.core.layout import FolderLayout
from iqabench.tasks.core.task import Task, register

LOW_LIGHT = register(
    Task(
        name="low_light",
        title="Low-light enhancement",
        order=46,
        summary="A model brightens an image that was taken with too little light.",
        protocol="lol",
        columns_without_target=("niqe@rgb", "brisque@rgb"),
        names_folders=True,
        layout=FolderLayout(depth="srgb"),
    )
)
