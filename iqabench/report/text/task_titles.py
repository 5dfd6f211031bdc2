"""Tasks in words, and in the order in which reports have them."""

from iqabench.errors import UnknownNameError
from iqabench.tasks import Task, task_named


def task_title(name: str) -> str:
    """Return the title of a task; its name when this iqabench does not know it."""
    task = _known(name)
    return task.title if task else name


def task_order(name: str) -> tuple[object, ...]:
    """Return the key that sorts tasks; those that this iqabench does not know come last, by name."""
    task = _known(name)
    return task is None, task.order if task else 0, name


def _known(name: str) -> Task | None:
    try:
        return task_named(name)
    except UnknownNameError:
        return None
