"""The types of fields that hold the name of a task or a role: an unknown name is an error."""

from typing import Annotated

from pydantic import AfterValidator

from iqabench.errors import UnknownNameError
from iqabench.tasks.core.look_up import output_names, role_names, task_named


def _task_name(name: str) -> str:
    try:
        return task_named(name).name
    except UnknownNameError as error:
        raise ValueError(str(error)) from error


def _role_name(name: str) -> str:
    known = [*role_names(), *output_names()]
    if name not in known:
        hint = "'iqabench list tasks' shows the roles of each task."
        raise ValueError(str(UnknownNameError("role", name, known, hint)))
    return name


RoleName = Annotated[str, AfterValidator(_role_name)]
"""The role of a part of a sample or of an output; at least one task must know it."""

TaskName = Annotated[str, AfterValidator(_task_name)]
"""The name of a registered task; an alias is replaced by the name."""
