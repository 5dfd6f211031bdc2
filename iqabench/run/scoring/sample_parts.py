"""The sources of the parts of samples, which outputs were made from: those of a set, and folders by role."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from iqabench.errors import ImageError, MetricError, PairingError, UnknownNameError, UsageError
from iqabench.images import Image, ReadOptions, image_files
from iqabench.pairing import NamesError, clip_folders, frames_in, pair_names
from iqabench.run.scoring.sources import ShippedImages
from iqabench.samples import Parts, image_of, stack_frames
from iqabench.sets import SampleRef, SampleSet
from iqabench.sets.masks import binary_mask
from iqabench.sets.place import Place
from iqabench.tasks import in_order, role_names

_OTHER_WORDS = {
    "ms": "input",
    "multispectral": "input",
    "lr": "input",
    "source": "input",
    "sources": "input",
    "panchromatic": "pan",
    "ref": "reference",
}
"""The roles by other words for them in papers, for messages."""


class PartsSource(Protocol):
    """A function that reads the parts of a sample."""

    def __call__(self, name: str) -> Parts:
        """Return the parts of a sample by role.

        Raises: IqabenchError when one cannot be read.
        """

    def ship(self, names: Iterable[str]) -> "tuple[PartsSource, Mapping[str, Path]]":
        """Return the parts of these samples as they travel, and their files by their checksums."""


@dataclass(frozen=True)
class SetParts:
    """The parts of the samples of a set."""

    images: SampleSet

    @cached_property
    def _samples(self) -> dict[str, SampleRef]:
        return {sample.name: sample for sample in self.images.samples}

    def __call__(self, name: str) -> Parts:
        """Return the parts of a sample; see `PartsSource`."""
        return self._samples[name].load().parts

    def ship(  # a set travels whole
        self,
        names: Iterable[str],  # noqa: ARG002
    ) -> "tuple[SetParts, Mapping[str, Path]]":
        """Return the parts as they travel; see `PartsSource`."""
        images = self.images.travelling()
        return replace(self, images=images), images.contents


Frames = tuple[Place, ...]
"""The frames of one part in order; an image is one frame."""


@dataclass(frozen=True)
class FolderParts:
    """Parts in folders, one for each role, with an image or a folder of frames for each sample."""

    files: Mapping[str, Mapping[str, Frames]]
    """The frames by role, then by sample."""

    def __call__(self, name: str) -> Parts:
        """Return the parts of a sample; see `PartsSource`."""
        parts = {}
        for role, samples in self.files.items():
            if name in samples:
                what = f"the {role} of '{name}'"
                read = [frame for place in samples[name] for frame in place.read_part("uint16")]
                part = stack_frames(read, what)
                parts[role] = binary_mask(part, what) if role in masks() else part
        return parts

    def ship(self, names: Iterable[str]) -> "tuple[FolderParts, Mapping[str, Path]]":
        """Return the parts as they travel; see `PartsSource`."""
        wanted = set(names)
        files = {
            role: {
                name: tuple(place.travelling() for place in frames)
                for name, frames in samples.items()
                if name in wanted
            }
            for role, samples in self.files.items()
        }
        places = [p for samples in files.values() for frames in samples.values() for p in frames]
        contents = {p.content: p.path for p in places if p.content and p.path}
        return FolderParts(files), contents

    def of_role(self, role: str) -> "FolderParts":
        """Return only the parts of one role."""
        return FolderParts({role: self.files[role]})

    @property
    def identity(self) -> dict[str, dict[str, list[str]]]:
        """The checksums of all files by role and sample."""
        return {
            role: {name: [place.identity() for place in frames] for name, frames in samples.items()}
            for role, samples in self.files.items()
        }


@dataclass(frozen=True)
class ManyParts:
    """Parts that several samples share, as several outputs have one target."""

    source: PartsSource
    partners: Mapping[str, str]
    """The name in the source by the name of the sample."""

    def __call__(self, name: str) -> Parts:
        """Return the parts of a sample; see `PartsSource`."""
        return self.source(self.partners[name])

    def ship(self, names: Iterable[str]) -> "tuple[ManyParts, Mapping[str, Path]]":
        """Return the parts as they travel; see `PartsSource`."""
        source, files = self.source.ship(dict.fromkeys(self.partners[name] for name in names))
        return replace(self, source=source), files


@dataclass(frozen=True)
class RoleImages:
    """The images of one role, such as masks, among parts in folders."""

    parts: FolderParts
    role: str

    def __call__(self, name: str) -> Image:
        """Return the image of a sample; see `sources.ImageSource`."""
        part = self.parts.of_role(self.role)(name).get(self.role)
        if part is None:
            raise MetricError(f"it has no {self.role}")
        return image_of(part, f"the {self.role} of '{name}'")

    def decoder(self, name: str) -> str:
        """Return the decoder of a lossy file; see `sources.ImageSource`."""
        frames = self.parts.files[self.role].get(name)
        return frames[0].decoder() if frames else ""

    def ship(self, names: Iterable[str]) -> ShippedImages:
        """Return the images as they travel; see `sources.ImageSource`."""
        source, files = self.parts.of_role(self.role).ship(names)
        return ShippedImages(replace(self, parts=source), files)


def role_of(word: str) -> str:
    """Return the role of a part by its name.

    Raises: UnknownNameError with the roles that there are; UsageError for targets.
    """
    known = [role for role in role_names() if role not in ("original", "target")]
    if word in known:
        return word
    if word in ("target", "original"):
        raise UsageError(
            "targets are no parts that outputs are made from; name them with --target DIR."
        )
    if word in _OTHER_WORDS:
        role = _OTHER_WORDS[word]
        raise UsageError(f"no role is called '{word}'; sets call it '{role}': {option_of(role)}.")
    hint = "'iqabench list tasks' shows the roles of each task."
    raise UnknownNameError("role", word, known, hint)


def option_of(role: str, folder: str = "DIR") -> str:
    """Return the option of `iqabench score` that names the folder of a role."""
    return f"--input {folder}" if role == "input" else f"--part {role}={folder}"


def has_clips(folder: Path) -> bool:
    """Return whether a folder holds folders of frames, and no images of its own.

    Raises: ImageError when there is no such folder.
    """
    return not image_files(folder) and bool(clip_folders(folder))


def files_of_role(
    role: str, folder: Path, names: Iterable[str], reading: ReadOptions
) -> dict[str, Frames]:
    """Return the frames of each sample in the folder of a role, paired with the names of samples.

    Raises: ImageError when the folder is absent or holds neither images nor folders of images; PairingError
        when names are ambiguous or nothing pairs.
    """
    found = {path.stem: [path] for path in image_files(folder)}
    found |= {path.name: frames_in(path) for path in clip_folders(folder)}
    if not found:
        raise ImageError(
            f"{folder} holds no images; expected the {role} of each sample, such as baby.png or, for several "
            "frames, a folder baby with 1.png, 2.png."
        )
    try:
        pairs = pair_names(found, list(names)).pairs
    except NamesError as error:
        reason = error.reason.replace("output", role).replace("target", "sample")
        reason = reason.replace("Outputs:", "Files:")
        raise PairingError(f"{folder}: {reason} Give both the same names.") from error
    return {
        sample: tuple(Place(path, str(path), reading=reading) for path in found[own])
        for sample, own in pairs.items()
    }


def places_of(files: Mapping[str, Path], reading: ReadOptions) -> dict[str, Frames]:
    """Return images in files as parts of one frame."""
    return {name: (Place(path, str(path), reading=reading),) for name, path in files.items()}


def masks() -> set[str]:
    """Return the roles of masks in any task."""
    return {role for task in in_order() for role in task.binary}
