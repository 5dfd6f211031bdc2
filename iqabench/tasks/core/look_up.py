"""Functions that look up tasks by name, by level and by relation of sizes."""

from collections.abc import Sequence
from pathlib import Path

from iqabench.errors import UnknownNameError
from iqabench.registry import Registry
from iqabench.tasks.core.scale import Ratio
from iqabench.tasks.core.task import REGISTRY, ClipFrames, Task


def tasks() -> Registry[Task]:
    """Return all tasks by name."""
    return REGISTRY


def in_order() -> list[Task]:
    """Return all tasks in the order of reports."""
    return sorted(REGISTRY, key=lambda task: (task.order, task.name))


def task_named(name: str) -> Task:
    """Return the task with a name or alias.

    Raises: UnknownNameError with suggestions.
    """
    for task in REGISTRY:
        if name == task.name or name in task.aliases:
            return task
    raise UnknownNameError("task", name, REGISTRY.names())


def role_names() -> list[str]:
    """Return the roles that parts of samples may have in any task."""
    roles = ["original", *(role for task in in_order() for role in task.roles)]
    return list(dict.fromkeys(role for role in roles if role))


def output_names() -> list[str]:
    """Return the roles that outputs of models may have in any task."""
    outputs = (role for task in in_order() for role in (*task.gives, *task.may_give))
    return list(dict.fromkeys(outputs))


def default_task(scale: Ratio = 1) -> Task:
    """Return the task of a network, folder or command without a description, by its scale.

    Raises: UnknownNameError when no default task has that relation of sizes.
    """
    sizes = "same" if scale == 1 else "scale"
    for task in in_order():
        if task.default and task.sizes == sizes:
            return task
    raise UnknownNameError("task", sizes, REGISTRY.names())


def clip_task(frames: ClipFrames, scale: Ratio) -> Task | None:
    """Return the task of a folder of clips with targets of these frames and this scale; None without one."""
    sizes = "same" if scale == 1 else "scale"
    found = (task for task in in_order() if task.clips == frames and task.sizes == sizes)
    return next(found, None)


def folder_task(level: str | None, roles: Sequence[str] = ()) -> tuple[Task, str] | None:
    """Return the task and the level of a folder.

    `level` is the text that the user typed, or None for the default level; `roles` are the subfolders: a task
    that needs one comes before those that do not. The result is None when no task has such a level. Tasks
    that name folders are levels of them by their own names, as in photos@inpaint and, with a level behind,
    photos@rescale-x2; so are protocols of reduced resolution (scenes@wald-quickbird).
    """
    if level is not None and (named := named_folder_task(level)):
        return named
    for task in sorted(in_order(), key=lambda task: not (task.folder and task.folder.needs)):
        if task.folder is None or task.level is None:
            continue
        if task.folder.needs and task.folder.needs not in roles:
            continue
        if level is None and task.folder.level:
            return task, task.folder.level
        if level is not None and task.level.matches(level):
            return task, level
    return None


def named_folder_task(level: str) -> tuple[Task, str] | None:
    """Return the task that a level of a folder names, and the level of the set; None where it names none."""
    for task in in_order():
        if not task.names_folders:
            continue
        name, _, rest = level.partition("-")
        reduction = task.layout.reduction
        if level == task.name or (reduction and name == reduction.word and rest):
            return task, level
        if name == task.name and task.level and task.level.matches(rest):
            return task, rest
    return None


def task_of_layout(folder: Path) -> Task | None:
    """Return the task that the subfolders of a folder tell; None where they tell none."""
    return next((task for task in in_order() if task.layout.is_layout_of(folder)), None)
