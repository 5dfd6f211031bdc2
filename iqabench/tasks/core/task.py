"""The task: the parts that a kind of restoration takes and gives, and how outputs are scored."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from iqabench.registry import Registry
from iqabench.tasks.core.layout import FolderLayout
from iqabench.tasks.core.level import Level
from iqabench.tasks.core.scale import Ratio

ClipFrames = Literal["each", "doubled", "middle"]
"""The frames of a target by those of its input: one for each, one for each and one between each two, or one
between two."""

Sizes = Literal["scale", "same", "round trip"]
"""The relation of the output's size to the input's: larger by a scale, equal, or small and large again."""


@dataclass(frozen=True)
class FolderRule:
    """The rule by which a plain folder of targets becomes a set of this task."""

    degradation: Mapping[str, Any]
    """The degradation that makes inputs, with its keywords besides the strength."""
    level: str = ""
    """The default level; empty where the user must name one."""
    needs: str = ""
    """The role without whose subfolder a folder is not of this task; empty for any folder of targets."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One kind of restoration."""

    name: str
    title: str
    """The title in reports."""
    order: int
    """The position among the tasks of a report: small numbers come first."""
    summary: str
    """One sentence that describes the task."""
    takes: tuple[str, ...] = ("input",)
    """The roles of the parts that a model of this task takes, unless its card says otherwise."""
    may_take: tuple[str, ...] = ()
    """Further roles that sets of this task may have, for models whose cards ask for them."""
    gives: Mapping[str, str] = field(default_factory=lambda: {"output": "target"})
    """The roles of the outputs, each with the role of the part that it is compared with."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The names of parts and outputs in reports, by role, where the role itself says too little: the input of
    a fusion is a source."""
    may_give: tuple[str, ...] = ()
    """Further outputs that models of this task may return, which are compared with nothing: `route` is the
    map of the paths that pixels took through a network whose cost depends on the image."""
    aligned: tuple[str, ...] = ()
    """Roles whose frames have the size of the input or of the target, as masks do."""
    scaled: tuple[str, ...] = ()
    """Roles whose frames have the size of the target, even where there is none, as panchromatic images do."""
    independent: tuple[str, ...] = ()
    """Roles whose frames are images of their own, such as references: in any number."""
    binary: tuple[str, ...] = ()
    """Roles of masks, whose pixels are 0 outside and 255 inside."""
    marks: str = ""
    """The place that masks mark, as in "hole"; empty without masks."""
    composites: bool = False
    """True when only pixels inside the mask are taken from the output; all others are those of the input."""
    same_length: bool = True
    """True when inputs and targets have as many frames; False when a model makes frames between others."""
    clips: ClipFrames | None = None
    """The frames of targets by which a folder of clips becomes a set of this task; None where it does not."""
    sizes: Sizes = "same"
    level: Level | None = None
    """The notation of strengths; None when the task has no levels."""
    protocol: str = "rgb"
    """The protocol of a metric without one, on a set that states no default."""
    columns: tuple[str, ...] = ("psnr", "ssim")
    """The columns of a run that names none."""
    columns_without_target: tuple[str, ...] = ()
    """The columns of a run that names none, on a set that has inputs only."""
    names_folders: bool = False
    """True when a folder with a subfolder for each role becomes a set of this task by its name, as in
    photos@inpaint."""
    layout: FolderLayout = field(default_factory=FolderLayout)
    """The names of subfolders and arrays in such a folder."""
    folder: FolderRule | None = None
    """The rule that makes a folder of targets a set of this task; None when it cannot be one."""
    ranks: Literal["models", "metrics"] = "models"
    """The kind of competitors that boards and reports of this task rank."""
    enters: tuple[str, ...] = ()
    """Other tasks whose boards are open to models of this one: `sr` to a network for several scales."""
    follows: str = ""
    """The role in which models get the output of another model, which is named before them, as in
    carn_m+dct_consistency; empty where models need no other."""
    default: bool = False
    """True for the task of networks, folders and commands without a description, by relation of sizes."""
    aliases: tuple[str, ...] = ()
    """Other names of the task in files."""

    @property
    def roles(self) -> tuple[str, ...]:
        """All roles that parts of a sample of this task may have."""
        return tuple(dict.fromkeys((*self.takes, *self.may_take, *self.gives.values())))

    def name_of(self, role: str) -> str:
        """Return the name of a role in reports, as in "bicubic image" for low_target."""
        return self.names.get(role, role.replace("_", " "))

    @property
    def phrase(self) -> str:
        """The title as it is written within a sentence."""
        return self.title if self.title[:2].isupper() else self.title[0].lower() + self.title[1:]

    @property
    def has_scales(self) -> bool:
        """True when each model is for one scale, which is part of its explicit name."""
        return self.sizes != "same"

    def scale(self, level: str) -> Ratio:
        """Return the scale that a level means; 1 when the task keeps the size.

        Raises: UsageError when the text is not a level of this task.
        """
        if not self.has_scales or self.level is None:
            return 1
        return self.level.fraction(level)

    def strength(self, level: str) -> int | float | str | None:
        """Return the strength that a level means; None when the task has no levels.

        Raises: UsageError when the text is not a level of this task.
        """
        return None if self.level is None else self.level.value(level)


REGISTRY: Registry[Task] = Registry("task", "iqabench.tasks", "iqabench.tasks")
"""The tasks of this package and of entry points."""


def register(task: Task) -> Task:
    """Register a task under its name.

    Raises: DuplicateNameError when another file has registered that name.
    """
    caller = sys._getframe(1)  # inspect.stack() reads the source of every file on the way
    REGISTRY.add(task.name, task, f"{caller.f_code.co_filename}:{caller.f_lineno}")
    return task
