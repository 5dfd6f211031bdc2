"""The layout of a user's folder: the names of subfolders and arrays by which it is a set of a task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Axes = Literal["image", "bands", "frames"]
"""The third axis of an array: the colours of an image, any number of bands, or the slices of a volume."""


@dataclass(frozen=True)
class Reduction:
    """A protocol that makes inputs of what a folder has as inputs, which then are the targets."""

    word: str
    """The word before the name of a variant, as in FOLDER@wald-worldview3."""
    degradation: str
    """The degradation that makes all parts smaller by the scale."""
    keyword: str
    """The argument of the degradation that the variant is, such as `sensor`."""
    role: str
    """The further role that is made smaller, too."""


@dataclass(frozen=True)
class FolderLayout:
    """The subfolders and files of a folder that is a set of a task."""

    other_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other names of the subfolder of a role: `ms` for the input of pan-sharpening."""
    sources: tuple[tuple[str, ...], ...] = ()
    """Names of subfolders that hold one frame of the input each, such as near and far."""
    numbered: str = ""
    """The beginning of the names of any number of such subfolders: source_1, source_2 ..."""
    signs: tuple[str, ...] = ()
    """Subfolders that only folders of this task have, so that the task need not be named."""
    arrays: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of the array of each role, in files that hold all parts of a sample."""
    depth: str = "uint8"
    """The depth of the files; srgb for images of 8 or of 16 bits."""
    axes: Axes = "image"
    """The meaning of the third axis of an array, and of the pages of a file."""
    peak: int | None = None
    """The largest value that the sensor counts to; None where there is no such value."""
    reduction: Reduction | None = None
    """The protocol of reduced resolution; None where there is none."""
    input: tuple[Mapping[str, Any], ...] | None = None
    """The degradations, with their keywords besides the strength, that make the input of a target where a
    folder has none; None where it must have one."""
    made: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The degradation that makes a further role of the target, where a folder lacks it."""
    measures: bool = False
    """True when a mask says which part of the target's spectrum is measured, and so makes the input."""

    @property
    def holds_data(self) -> bool:
        """True for the data of sensors, which may lie in files of arrays; False for images."""
        return self.depth not in ("uint8", "srgb")

    def is_layout_of(self, folder: Path) -> bool:
        """Return whether subfolders of a folder say that it is of this layout."""
        return any((folder / sign).is_dir() for sign in self.signs) or bool(self.sources_in(folder))

    def sources_in(self, folder: Path) -> tuple[Path, ...]:
        """Return the subfolders that hold one frame of the input each, in order; empty without them."""
        for names in self.sources:
            if all((folder / name).is_dir() for name in names):
                return tuple(folder / name for name in names)
        numbers = range(1, 100) if self.numbered else range(0)
        places = [folder / f"{self.numbered}{number}" for number in numbers]
        found = tuple(place for place in places if place.is_dir())
        return found if len(found) > 1 else ()

    def folders_of(self, role: str, folder: Path) -> list[Path]:
        """Return the subfolders of a role, by its own name and by others; a right folder has one at most."""
        names = (role, *self.other_names.get(role, ()))
        return [folder / name for name in names if (folder / name).is_dir()]
