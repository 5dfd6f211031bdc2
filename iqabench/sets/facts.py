"""What is declared of a set in `datasets.yaml`; nothing here is computed."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from iqabench.facts import Facts
from iqabench.tasks import Ratio, RoleName, TaskName, task_named

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Level = Annotated[str, Field(pattern=r"^[a-z][a-z0-9.-]*$")]


class InputFacts(BaseModel):
    """How an input is made: the name of a degradation, and keywords besides its strength."""

    model_config = ConfigDict(extra="allow", frozen=True)

    degradation: str

    @property
    def keywords(self) -> dict[str, Any]:
        """What is said besides the name."""
        return dict(self.model_extra or {})


class FilesFacts(Facts):
    """Single files, named and hashed in a manifest."""

    manifest: str
    url: str | None = None
    """With `{path}`, the manifest's column of that name."""
    folder: str | None = None
    """Where they lie when they ship with the set."""

    @model_validator(mode="after")
    def _one_place(self) -> "FilesFacts":
        if (self.url is None) == (self.folder is None):
            raise ValueError("expected a url or a folder, one of them")
        if self.url is not None and "{path}" not in self.url:
            raise ValueError(f"'{self.url}' has no {{path}} in it")
        return self


class ArchiveFacts(Facts):
    """A zip file with one image for each sample."""

    role: RoleName
    level: Level | None = None
    member: str
    """The file's own name inside, with `{sample}`, and `{frame}` in clips; its folder does not matter."""
    frames: str | None = Field(default=None, pattern=r"^\d+-\d+$")
    """The frames of each sample, such as 000-099; absent for single images."""
    url: str
    bytes: int | None = None
    sha256: str | None = None


class SetFacts(Facts):
    """What is declared of a set."""

    name: Name
    title: str
    aliases: tuple[Name, ...] = ()
    task: TaskName
    size: int
    """How many samples it has."""
    levels: tuple[Level, ...] = ()
    """The levels that can be asked for; none where the task has no levels."""
    level: Level | Literal[""] = ""
    """The level that is meant when none is named."""
    protocol: str
    """What a bare metric means on this set."""
    licence: str
    citation: str
    page: str
    notes: str = ""
    input: InputFacts | tuple[InputFacts, ...] | None = None
    """How inputs are made from targets: a degradation, or several in their order; none of them is the target.
    The level's number is the strength of each step that states none.
    """
    made: dict[RoleName, tuple[InputFacts, ...]] = Field(default_factory=dict)
    """Further parts that are made from targets, by role."""
    depth: Literal["uint8", "uint16", "float32", "complex64"] = "uint8"
    """The depth of the files."""
    target: Literal["image", "luma"] = "image"
    """What becomes the target: the file as it is, or its luma rounded to 8 bits."""
    grey: tuple[str, ...] = ()
    """Samples whose original is a grey file, stored here as RGB with three equal channels."""
    samples: str | None = Field(default=None, pattern=r"^\d+-\d+$")
    """The samples of the archives, such as 0801-0900."""
    files: tuple[FilesFacts, ...] = ()
    archives: tuple[ArchiveFacts, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "SetFacts":
        written = task_named(self.task).level
        if written is None and self.levels:
            raise ValueError(f"a set of the task {self.task} has no levels, not {self.levels[0]}")
        if written is not None and written.letter and not self.levels:
            raise ValueError(f"expected levels such as {written.example} ({written.meaning})")
        strange = [level for level in self.levels if written and not written.matches(level)]
        if written and strange:
            begin = f"begin with {written.letter}" if written.letter else "are names"
            raise ValueError(
                f"levels of a {self.task} set {begin}, not {strange[0]}; expected the {written.meaning}, "
                f"as in {written.example}"
            )
        if self.level not in (self.levels or ("",)):
            raise ValueError(f"the default level {self.level} is not among the levels")
        if not (self.files or self.archives):
            raise ValueError("expected files or archives")
        if bool(self.archives) != (self.samples is not None):
            raise ValueError("archives and samples belong together")
        return self

    def scale(self, level: str) -> Ratio:
        """Return how many times smaller the input is at that level."""
        return task_named(self.task).scale(level)
