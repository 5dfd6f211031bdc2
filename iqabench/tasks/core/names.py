"""The type of fields that hold the name of a task: an alias becomes the name, an unknown one is an error."""

from typing import Annotated

from pydantic import AfterValidator

from iqabench.errors import UnknownNameError
from iqabench.tasks.core.look_up import output_names, role_names, task_named


def _known(name: str) -> str:
    try:
        return task_named(name).name
    except UnknownNameError as error:
        raise ValueError(str(error)) from error


def _role(name: str) -> str:
    known = [*role_names(), *output_names()]
    if name not in known:
        raise ValueError(str(UnknownNameError("role", name, known)))
    return name


RoleName = Annotated[str, AfterValidator(_role)]
"""The role of a part of a sample, one that some task takes, gives or compares with."""

TaskName = Annotated[str, AfterValidator(_known)]
"""The name of a registered task, as pydantic validates it."""
