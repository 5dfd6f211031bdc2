"""Tasks in words, and in the order in which reports have them."""

from collections.abc import Collection, Iterable

from iqabench.errors import UnknownNameError
from iqabench.tasks import Task, task_named


def task_title(name: str) -> str:
    """Return the title of a task; its name when this iqabench does not know it."""
    task = _known(name)
    return task.title if task else name


def part_titles(task: str, names: Iterable[str]) -> dict[str, str]:
    """Return the names of parts in reports, by the names of their pictures.

    The pictures `input` and `input-2` of a fusion are source 1 and source 2.
    """
    every = [*names]
    several = {name.partition("-")[0] for name in every if "-" in name}
    return {name: _part_title(task, *name.partition("-")[::2], several) for name in every}


def output_title(task: str, role: str) -> str:
    """Return the name of an output in reports: of a round trip, "small image written" for low."""
    return _name(task, role or "output")


def block_title(task: str, role: str) -> str:
    """Return the title of the columns or pictures of an output."""
    title = output_title(task, role)
    return title[:1].upper() + title[1:]


def compared_part(task: str, role: str) -> str:
    """Return the role of the part that a further output is compared with; empty where it is not known."""
    known = _known(task)
    return known.gives.get(role, "") if known else ""


def part_title(task: str, role: str) -> str:
    """Return the name of the part that an output is compared with, as in "bicubic image" for low."""
    return _name(task, compared_part(task, role) or "target")


def _part_title(task: str, role: str, number: str, several: Collection[str]) -> str:
    title = _name(task, role)
    return f"{title} {number or 1}" if role in several else title


def _name(task: str, role: str) -> str:
    known = _known(task)
    return known.name_of(role) if known else role.replace("_", " ")


def task_order(name: str) -> tuple[object, ...]:
    """Return the key that sorts tasks; those that this iqabench does not know come last, by name."""
    task = _known(name)
    return task is None, task.order if task else 0, name


def _known(name: str) -> Task | None:
    try:
        return task_named(name)
    except UnknownNameError:
        return None
