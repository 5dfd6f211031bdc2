"""Tasks, one file each: the kinds of restoration that models, sets and boards belong to.

    register(Task(name="denoise", title="Denoising", order=20, level=Level("n", "decimal", "..."), ...))

The folder is scanned, so a new file is a new task; other packages register a module under the entry point
`iqabench.tasks`. Nothing else in the package lists tasks or asks for one by its name: relations of sizes,
roles, level letters, default protocols and titles are read from here. No torch.
"""

from iqabench.tasks.core.layout import Axes, FolderLayout, Reduction
from iqabench.tasks.core.level import Level
from iqabench.tasks.core.look_up import (
    clip_task,
    default_task,
    folder_task,
    in_order,
    named_folder_task,
    output_names,
    role_names,
    task_named,
    task_of_layout,
    tasks,
)
from iqabench.tasks.core.names import RoleName, TaskName
from iqabench.tasks.core.scale import (
    LARGEST_SCALE,
    Ratio,
    Scale,
    checked_scale,
    exact_scale,
    scale_side,
    scale_text,
)
from iqabench.tasks.core.task import ClipFrames, FolderRule, Task, register

__all__ = [
    "LARGEST_SCALE",
    "Axes",
    "ClipFrames",
    "FolderLayout",
    "FolderRule",
    "Level",
    "Ratio",
    "Reduction",
    "RoleName",
    "Scale",
    "Task",
    "TaskName",
    "checked_scale",
    "clip_task",
    "default_task",
    "exact_scale",
    "folder_task",
    "in_order",
    "named_folder_task",
    "output_names",
    "register",
    "role_names",
    "scale_side",
    "scale_text",
    "task_named",
    "task_of_layout",
    "tasks",
]
