"""The sources of images by the names of samples: folders, sets, saved outputs. Each can travel.

image = source("baby")                       # here
shipped, files = source.ship(["baby"])       # what travels, and the files that it asks for there
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from iqabench.errors import ImageError, MetricError
from iqabench.files.disk import sha256_of
from iqabench.images import Image, ReadOptions, quantise, read_image
from iqabench.run.output_folders import SavedOutputs, read_output, ship_outputs
from iqabench.samples import image_of
from iqabench.sets import SampleRef, SampleSet
from iqabench.sets.place import Place


class ImageSource(Protocol):
    """A function that reads the image of a sample."""

    def __call__(self, name: str) -> Image:
        """Return the image of a sample.

        Raises: IqabenchError when there is none, or it cannot be read.
        """

    def decoder(self, name: str) -> str:
        """Return library and version of the decoder of a lossy file that was read; empty for all others."""

    def ship(self, names: Iterable[str]) -> "ShippedImages":
        """Return the images of these samples as they travel: files by their content."""


class ShippedImages(NamedTuple):
    """Images that travel, and the files that they are asked for."""

    source: ImageSource
    files: Mapping[str, Path]
    """The files by their checksums, where they lie on the driver."""


@dataclass(frozen=True)
class FolderImages:
    """Images in files."""

    files: Mapping[str, Path]
    reading: ReadOptions
    absent: str = "it has no image"
    """The reason for a sample without a file; NAME stands for the sample."""
    contents: Mapping[str, str] = field(default_factory=dict)
    """The checksums by which the files are obtained, where they have travelled."""
    any_depth: bool = False
    """True to read images of any depth and number of bands as they are; else others than 8 bits are refused.
    """

    def __call__(self, name: str) -> Image:
        """Return the image of a sample; see `ImageSource`."""
        path = self.files.get(name)
        if path is None:
            raise ImageError(self.absent.replace("NAME", name))
        content = self.contents.get(name)
        place = Place(path, str(path), reading=self.reading, content=content)
        if self.any_depth:
            return image_of(place.read_part("uint16"), str(path))
        return read_image(path, reading=self.reading) if content is None else place.read()

    def decoder(self, name: str) -> str:
        """Return the decoder of a lossy file; see `ImageSource`."""
        path = self.files.get(name)
        content = self.contents.get(name)
        return Place(path, str(path), content=content).decoder() if path else ""

    def ship(self, names: Iterable[str]) -> ShippedImages:
        """Return the images as they travel; a file that cannot be read fails there as it does here."""
        files = {name: self.files[name] for name in names if name in self.files}
        contents = {}
        for name, path in files.items():
            try:
                contents[name] = sha256_of(path)
            except OSError:
                continue
        source = replace(self, files=files, contents=contents)
        return ShippedImages(source, {contents[name]: files[name] for name in contents})


@dataclass(frozen=True)
class SetImages:
    """The images of a set in one role; `pristine` is the target as the image of a pool."""

    images: SampleSet
    role: Literal["target", "input", "mask", "pristine"]

    @cached_property
    def _samples(self) -> dict[str, SampleRef]:
        return {sample.name: sample for sample in self.images.samples}

    def __call__(self, name: str) -> Image:
        """Return the image of a sample; see `ImageSource`."""
        sample = self._samples[name]
        if self.role == "input":
            return sample.load().input
        if self.role == "mask":
            return image_of(sample.load().parts["mask"], f"the mask of '{name}'")
        target = sample.load_target()
        if self.role == "target":
            assert target is not None
            return target
        if target is None:
            raise MetricError("a pool needs pristine images; this set has inputs only.")
        return quantise(target)

    def decoder(self, name: str) -> str:
        """Return the decoder of lossy files of the sample; see `ImageSource`."""
        return self._samples[name].decoder()

    def ship(self, names: Iterable[str]) -> ShippedImages:  # noqa: ARG002 - a set travels whole
        """Return the images as they travel; see `ImageSource`."""
        images = self.images.travelling()
        return ShippedImages(replace(self, images=images), images.contents)


@dataclass(frozen=True)
class ManyImages:
    """Images that several samples share, as several outputs have one target."""

    source: ImageSource
    partners: Mapping[str, str]
    """The name in the source by the name of the sample."""

    def __call__(self, name: str) -> Image:
        """Return the image of a sample; see `ImageSource`."""
        return self.source(self.partners[name])

    def decoder(self, name: str) -> str:
        """Return the decoder of a lossy file; see `ImageSource`."""
        return self.source.decoder(self.partners[name])

    def ship(self, names: Iterable[str]) -> ShippedImages:
        """Return the images as they travel; see `ImageSource`."""
        source, files = self.source.ship(dict.fromkeys(self.partners[name] for name in names))
        return ShippedImages(replace(self, source=source), files)


@dataclass(frozen=True)
class SavedImages:
    """The outputs that a run saved."""

    outputs: SavedOutputs

    def __call__(self, name: str) -> Image:
        """Return the output of a sample; see `ImageSource`."""
        return read_output(self.outputs, name)

    def decoder(self, name: str) -> str:  # noqa: ARG002 - outputs are saved without loss
        """Return an empty text; see `ImageSource`."""
        return ""

    def ship(self, names: Iterable[str]) -> ShippedImages:
        """Return the outputs as they travel; see `ImageSource`."""
        outputs, files = ship_outputs(self.outputs, names)
        return ShippedImages(SavedImages(outputs), files)
