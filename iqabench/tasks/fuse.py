"""Image fusion: the model makes one image of several sources of one scene."""

from iqabench.tasks.core.layout import FolderLayout
from iqabench.tasks.core.task import Task, register

FUSE = register(
    Task(
        name="fuse",
        title="Image fusion",
        order=77,
        summary="A model makes one image of several sources, the frames of its input, in any order.",
        names={"input": "source"},
        same_length=False,
        columns_without_target=("fusion_mi", "q_abf", "viff"),
        names_folders=True,
        layout=FolderLayout(
            sources=(
                ("near", "far"),
                ("over", "under"),
                ("ir", "vi"),
                ("infrared", "visible"),
            ),
            numbered="source_",
        ),
    )
)
