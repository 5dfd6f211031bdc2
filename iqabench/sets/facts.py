"""The facts that `datasets.yaml` declares of a set; nothing here is computed."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from iqabench.facts import Facts
from iqabench.sets.layout_facts import SIZE, LayoutFacts, VersionFacts
from iqabench.sets.motion_facts import MotionFacts
from iqabench.tasks import Ratio, RoleName, TaskName, task_named

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
White = Literal["inside", "outside"]
"""The place that is white in the files of masks: inside the hole or the foreground, or outside."""
Level = Annotated[str, Field(pattern=r"^[a-z][a-z0-9.-]*$")]


class InputFacts(BaseModel):
    """The degradation that makes an input: its name, and keywords besides its strength."""

    model_config = ConfigDict(extra="allow", frozen=True)

    degradation: str

    @property
    def keywords(self) -> dict[str, Any]:
        """The keywords of the degradation."""
        return dict(self.model_extra or {})


class FilesFacts(Facts):
    """Single files with names and checksums in a manifest."""

    manifest: str
    url: str | None = None
    """The address of a file; `{path}` stands for the manifest's column of that name."""
    folder: str | None = None
    """The folder of files that ship with the set."""
    variables: dict[RoleName, str] = Field(default_factory=dict)
    """The name of the array of each role in MATLAB files; empty for image files."""

    @model_validator(mode="after")
    def _check_place(self) -> "FilesFacts":
        if (self.url is None) == (self.folder is None):
            raise ValueError("expected either a url or a folder")
        if self.url is not None and "{path}" not in self.url:
            raise ValueError(f"the url '{self.url}' lacks {{path}}, the place of the file's path")
        return self


class ArchiveFacts(Facts):
    """A zip file with one image for each sample."""

    role: RoleName
    level: Level | None = None
    member: str
    """The name of a file in the archive, with `{sample}`, and `{frame}` in clips; its folder is ignored."""
    frames: str | None = Field(default=None, pattern=r"^\d+-\d+$")
    """The frames of each sample, such as 000-099; absent for single images."""
    url: str
    bytes: int | None = None
    sha256: str | None = None


class NamedFacts(Facts):
    """Files that only a person can get and of which no checksum is published: they are known by their names.

    A file is pinned when it is handed over, if it can be read as an image.
    """

    role: RoleName
    level: Level | None = None
    name: str = Field(pattern=r"\{sample\}")
    """The name of a file, with `{sample}`, or the end of its path, as in low/{sample}.png; the folders before
    it do not matter."""
    also: tuple[str, ...] = ()
    """Other ends of its path, in repacked archives."""


class BlocksFacts(Facts):
    """A MATLAB file that only a person can get, whose array holds one image for each sample.

    The file is known by its name and by the name, the shape and the type of its array, and pinned when it is
    handed over.
    """

    role: RoleName
    name: str
    """The name of the file; the folders before it do not matter."""
    variable: str
    """The name of the array."""
    shape: tuple[int, ...] = Field(min_length=4)
    """The shape of the array: the axes before the last three number the samples, from 1."""
    mistaken: dict[str, str] = Field(default_factory=dict)
    """Files that are taken for this one by their names, each with what it is, in words."""


class BoxesFacts(Facts):
    """MATLAB files of version 7.3 that only a person can get: images, and a list of boxes of each.

    Each box is a sample: 0001_02 is the second box of the image 0001.
    """

    role: RoleName
    name: str = Field(pattern=r"\{image\}")
    """The end of the path of an image, with `{image}`."""
    images: str = Field(pattern=r"^\d+-\d+$")
    """The numbers of the images, such as 0001-0050."""
    variable: str
    """The name of the array of an image, of floats in 0..1."""
    boxes: str
    """The name of the file that lists the boxes."""
    boxes_variable: str
    """The name of the list of boxes of each image: first row, first column, last row, last column, from 1."""
    count: int
    """The number of boxes of each image."""
    size: tuple[int, int]
    """The height and the width of each box."""

    @property
    def count_of_images(self) -> int:
        """The number of images."""
        first, _, last = self.images.partition("-")
        return int(last) - int(first) + 1


class SetFacts(Facts):
    """The declaration of a set."""

    name: Name
    title: str
    aliases: tuple[Name, ...] = ()
    task: TaskName
    size: int
    """The number of samples."""
    levels: tuple[Level, ...] = ()
    """The levels of the set; empty when the task has no levels."""
    level: Level | Literal[""] = ""
    """The default level."""
    protocol: str
    """The protocol of a metric that is named without one."""
    licence: str
    citation: str
    page: str
    notes: str = ""
    input: InputFacts | tuple[InputFacts, ...] | None = None
    """The degradations that make inputs from targets, one or several in their order; with an empty list the
    target itself is the input. The level's number is the strength of each step that states none.
    """
    degradations: str = ""
    """The name of a specification of degradations, as in gaussian8: the set has a sample for each target and
    each of them, called baby_sigma1.8. Means are over all of them, so that each degradation counts alike."""
    made: dict[RoleName, tuple[InputFacts, ...]] = Field(default_factory=dict)
    """The degradations that make further parts, by role: from its own files where the role has some, else
    from targets."""
    multiple: int = Field(default=1, ge=1)
    """The number whose multiples the sides of all images are cropped to about the centre, before inputs are
    made; 1 crops nothing."""
    motion: MotionFacts | None = None
    """The motion by which input and target, both clips, are made of one photograph."""
    depth: Literal["uint8", "uint16", "srgb16", "float32", "complex64"] = "uint8"
    """The depth of the files: uint16 for the counts of a sensor, srgb16 for images of 16 bits, which become
    floats in units of 0..255."""
    mask_white: White = "inside"
    """The place that is white in the files of masks."""
    target: Literal["image", "luma"] = "image"
    """The form of the target: the image of the file, or its luma rounded to 8 bits."""
    grey: tuple[str, ...] = ()
    """Samples whose original is a grey image, stored as RGB with three equal channels."""
    samples: str | None = Field(default=None, pattern=r"^\d+(-\d+)?(, *\d+(-\d+)?)*$")
    """The samples of archives, of named files, and of layouts that hold others too: spans and numbers, such
    as 0801-0900 or 1, 22, 23."""
    files: tuple[FilesFacts, ...] = ()
    archives: tuple[ArchiveFacts, ...] = ()
    named: tuple[NamedFacts, ...] = ()
    blocks: tuple[BlocksFacts, ...] = ()
    boxes: tuple[BoxesFacts, ...] = ()
    server: Literal["", "dnd"] = ""
    """The form in which a server takes outputs that only it can score; empty where there is none."""
    layouts: tuple[LayoutFacts, ...] = ()
    """The ways in which files lie that a person hands over, and whose names are known by patterns only."""
    versions: tuple[VersionFacts, ...] = ()
    """Other versions of the set, which are not taken for it."""
    sizes: dict[Level, int] = Field(default_factory=dict)
    """The number of samples at levels that have another one than `size`."""
    image_sizes: tuple[Annotated[str, Field(pattern=SIZE)], ...] = ()
    """The width and the height that images of the set have, its targets where these are larger; empty where
    they are not known."""
    border: int = 0
    """The pixels that are cut off each side of a target which is larger than its input by twice as many."""

    @model_validator(mode="after")
    def _check_consistency(self) -> "SetFacts":
        notation = task_named(self.task).level
        if notation is None and self.levels:
            raise ValueError(
                f"sets of the task {self.task} have no levels; the level {self.levels[0]} is declared"
            )
        if notation is not None and notation.letter and not self.levels:
            raise ValueError(f"expected levels such as {notation.example} ({notation.meaning})")
        strange = [level for level in self.levels if notation and not notation.matches(level)]
        if notation and strange:
            begin = f"begin with {notation.letter}" if notation.letter else "are names"
            raise ValueError(
                f"levels of a {self.task} set {begin}, not {strange[0]}; expected the {notation.meaning}, "
                f"as in {notation.example}"
            )
        if self.level not in (self.levels or ("",)):
            raise ValueError(f"the default level {self.level} is not among the levels")
        sources = (self.files, self.archives, self.named, self.blocks, self.boxes, self.layouts)
        if not any(sources):
            raise ValueError("expected files, archives, named files, blocks, boxes or layouts")
        if self.degradations and self.input is not None:
            raise ValueError("expected either input or degradations, not both")
        if self.multiple > 1 and notation is not None and task_named(self.task).has_scales:
            raise ValueError("expected no multiple on sets whose inputs and targets differ in size")
        if (self.archives or self.named) and self.samples is None:
            raise ValueError("expected samples together with archives or named files")
        if self.samples is not None and not (self.archives or self.named or self.layouts):
            raise ValueError("expected archives, named files or layouts together with samples")
        return self

    def scale(self, level: str) -> Ratio:
        """Return the size of the target divided by that of the input, at a level."""
        return task_named(self.task).scale(level)

    def address_at(self, level: str) -> str:
        """Return the name by which the set is loaded at a level."""
        return f"{self.name}_{level}" if level else self.name

    def size_at(self, level: str) -> int:
        """Return the number of samples at a level."""
        return self.sizes.get(level, self.size)

    @property
    def sample_names(self) -> dict[str, None]:
        """The names of `samples`, in order; empty where none are declared."""
        return dict.fromkeys(numbers_of(self.samples or ""))


def numbers_of(spans: str) -> list[str]:
    """Return the numbers of spans such as 0801-0900, with their leading zeros, and of single numbers."""
    numbers = []
    for span in filter(None, spans.replace(" ", "").split(",")):
        first, _, last = span.partition("-")
        places = range(int(first), int(last or first) + 1)
        numbers += [f"{number:0{len(first)}}" for number in places]
    return numbers
