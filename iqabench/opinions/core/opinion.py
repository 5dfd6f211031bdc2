"""The nouns of this room: an opinion, a set of them, and the facts of a set."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from iqabench.opinions.core.folder import Folder

Better = Literal["higher", "lower"]


@dataclass(frozen=True)
class Opinion:
    """What people said of one image, on average."""

    name: str
    distorted: Path
    reference: Path | None
    """The image that it was made from; none where images are as cameras took them."""
    value: float
    kind: str = ""
    """The distortion, where the set tells it."""
    level: str = ""
    """Its strength, as the set tells it."""


@dataclass(frozen=True)
class OpinionSet:
    """What is known of a set before its folder is opened."""

    name: str
    """Function, file and command-line name."""
    title: str
    scale: str
    """What the numbers are."""
    better: Better
    """Where the good images are: MOS higher, DMOS lower."""
    size: int
    """Opinions in the whole set."""
    has_references: bool
    site: str
    """Where a person gets it."""
    source: str
    """The publication."""
    files: tuple[tuple[str, str], ...]
    """What its folder holds: names, and what they are."""
    read: Callable[["Folder"], Iterable[Opinion]]

    @property
    def layout(self) -> str:
        """What its folder holds, for messages."""
        width = max(len(name) for name, _ in self.files)
        lines = (f"  {name:{width}}  {what}" for name, what in self.files)
        return "\n".join([f"The folder of {self.title} holds:", *lines])


@dataclass(frozen=True)
class Opinions:
    """The opinions that were found in a folder."""

    facts: OpinionSet
    folder: Path
    samples: tuple[Opinion, ...]
    notes: tuple[str, ...] = ()
    """What a reader of figures should be told: what was left out, which of two files was taken."""
