"""The task: what a kind of restoration takes, gives, and is scored by."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from iqabench.registry import Registry
from iqabench.tasks.core.level import Level
from iqabench.tasks.core.scale import Ratio

Sizes = Literal["scale", "same", "round trip"]
"""The relation between input and output: larger by a scale, equal, or made small and large again."""


@dataclass(frozen=True)
class FolderRule:
    """The way in which a plain folder of targets becomes a set of this task."""

    degradation: Mapping[str, Any]
    """The degradation that makes inputs, with its keywords besides the strength."""
    level: str = ""
    """The level that is meant when none is named; empty where one must be named."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One kind of restoration."""

    name: str
    title: str
    """The title in reports."""
    order: int
    """The place among the tasks of a report: small numbers come first."""
    summary: str
    """One sentence on what the task asks of a model."""
    takes: tuple[str, ...] = ("input",)
    """The roles of the parts that a model of this task is given, unless its card says otherwise."""
    may_take: tuple[str, ...] = ()
    """Roles that sets of this task may have besides, for models whose cards ask for them."""
    gives: Mapping[str, str] = field(default_factory=lambda: {"output": "target"})
    """The roles of what a model returns, each with the role of the part that it is compared with."""
    aligned: tuple[str, ...] = ()
    """Roles whose frames have the size of the input or of the target, as masks do."""
    same_length: bool = True
    """True where inputs and targets have as many frames; False where frames are made between others."""
    sizes: Sizes = "same"
    level: Level | None = None
    """How strengths are written; None where the task has no levels."""
    protocol: str = "rgb"
    """The protocol that a bare metric means on a set that does not say."""
    columns: tuple[str, ...] = ("psnr", "ssim")
    """The columns of a run that names none."""
    folder: FolderRule | None = None
    """How a folder of targets becomes a set of this task; None where it cannot."""
    ranks: Literal["models", "metrics"] = "models"
    """What competes on sets of this task."""
    default: bool = False
    """True for the task of what nobody described (a network, a folder, a command), by relation of sizes."""
    aliases: tuple[str, ...] = ()
    """Other names under which files may know it."""

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role that a part of a sample of this task may have."""
        return tuple(dict.fromkeys((*self.takes, *self.may_take, *self.gives.values())))

    @property
    def phrase(self) -> str:
        """The title within a sentence."""
        return self.title if self.title[:2].isupper() else self.title[0].lower() + self.title[1:]

    @property
    def has_scales(self) -> bool:
        """True when a model is for one scale, which its explicit name carries."""
        return self.sizes != "same"

    def scale(self, level: str) -> Ratio:
        """Return the scale that a level means; 1 where the task keeps the size.

        Raises: UsageError for what is no level of this task.
        """
        if not self.has_scales or self.level is None:
            return 1
        return self.level.fraction(level)

    def strength(self, level: str) -> int | float | str | None:
        """Return the strength that a level means; None where the task has no levels.

        Raises: UsageError for what is no level of this task.
        """
        return None if self.level is None else self.level.value(level)


REGISTRY: Registry[Task] = Registry("task", "iqabench.tasks", "iqabench.tasks")


def register(task: Task) -> Task:
    """Register a task under its name.

    Raises: DuplicateNameError when another file has registered that name.
    """
    caller = inspect.stack()[1]
    REGISTRY.add(task.name, task, f"{caller.filename}:{caller.lineno}")
    return task
