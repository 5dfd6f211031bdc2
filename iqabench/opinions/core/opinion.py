"""Opinion, opinions of a folder, and the facts of a set of opinions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from iqabench.opinions.core.folder import Folder

Better = Literal["higher", "lower"]


@dataclass(frozen=True)
class Opinion:
    """The average rating of one image by people."""

    name: str
    distorted: Path
    reference: Path | None
    """The image that it was made from; None for photographs as cameras took them."""
    value: float
    kind: str = ""
    """The distortion, where the set names it."""
    level: str = ""
    """The strength of the distortion, as the set names it."""


@dataclass(frozen=True)
class OpinionSet:
    """The facts of a set, known before its folder is opened."""

    name: str
    """The name of the reader, of its file, and on the command line."""
    title: str
    scale: str
    """The scale of the numbers, such as MOS, 0 to 9."""
    better: Better
    """The end of the scale where the good images are: higher for MOS, lower for DMOS."""
    size: int
    """The number of opinions in the whole set."""
    has_references: bool
    site: str
    """The page on which a person gets the set."""
    source: str
    """The publication."""
    files: tuple[tuple[str, str], ...]
    """The files of its folder: name and content."""
    read: Callable[["Folder"], Iterable[Opinion]]

    @property
    def layout(self) -> str:
        """The files of its folder, for messages."""
        width = max(len(name) for name, _ in self.files)
        lines = (f"  {name:{width}}  {what}" for name, what in self.files)
        return "\n".join([f"The folder of {self.title} holds:", *lines])


@dataclass(frozen=True)
class Opinions:
    """The opinions in a folder."""

    facts: OpinionSet
    folder: Path
    samples: tuple[Opinion, ...]
    notes: tuple[str, ...] = ()
    """Notes for readers of the figures: images that were left out, the choice between two files."""

    @property
    def is_part(self) -> bool:
        """True when there are fewer opinions than the set has."""
        return len(self.samples) < self.facts.size
