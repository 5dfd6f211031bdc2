"""Tasks, for `list` and `show`. Imports no torch."""

from dataclasses import asdict
from typing import Any

from iqabench.tasks import Task, in_order, task_named, tasks


def rows() -> list[dict[str, Any]]:
    """Return one row for each task, in the order of reports."""
    return [_row(task) for task in in_order()]


def _row(task: Task) -> dict[str, Any]:
    level = task.level
    return {
        "task": task.name,
        "takes": " ".join((*task.takes, *(f"[{role}]" for role in task.may_take))),
        "gives": " ".join(task.gives),
        "sizes": task.sizes,
        "level": level.example if level else "",
        "protocol": task.protocol,
        "columns": " ".join(task.columns),
        "what": task.summary,
    }


def show(name: str) -> dict[str, Any]:
    """Return the facts of one task."""
    task = task_named(name)
    facts = {key: value for key, value in asdict(task).items() if key not in ("level", "folder")}
    level = {"written": task.level.example, "meaning": task.level.meaning} if task.level else {}
    made = dict(task.folder.degradation) if task.folder else {}
    return {**facts, "level": level, "inputs of a folder": made, "file": tasks().origin(task.name)}
