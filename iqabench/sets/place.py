"""The places of images: files, and members of archives."""

from dataclasses import dataclass, replace
from pathlib import Path

from iqabench.errors import SetError
from iqabench.files.cache import require_content
from iqabench.files.content import has_content
from iqabench.files.disk import sha256_of
from iqabench.files.obtain import obtain
from iqabench.files.remote import RemoteFile
from iqabench.images import (
    ARRAY_SUFFIXES,
    AS_STORED,
    Image,
    Part,
    ReadOptions,
    decoder_of,
    in_depth,
    meaning_of,
    read_array,
    read_image,
    read_part,
    read_srgb,
)
from iqabench.images.decoding import Decoding
from iqabench.samples import part_of
from iqabench.sets.archive import member_file
from iqabench.sets.blocks import read_block
from iqabench.sets.boxes import Box, read_box
from iqabench.tasks import Axes


@dataclass(frozen=True)
class Place:
    """The place of an image, or of one frame of a clip."""

    path: Path | None
    """The path of the file; None when it is not downloaded."""
    name: str
    """The name in messages."""
    sha256: str | None = None
    """The checksum of the file; None when it must be computed."""
    member: str | None = None
    """The name of the image in the archive, when the file is one."""
    reading: ReadOptions = AS_STORED
    """The options that it is read with."""
    content: str | None = None
    """The checksum by which the file is obtained on other machines, where `path` may be another file."""
    variable: str = ""
    """The name of the array, when the file holds several."""
    axes: Axes = "image"
    """The meaning of the third axis of an array, and of the pages of a file."""
    is_mask: bool = False
    """True for a mask, whatever numbers its file has."""
    is_block: bool = False
    """True when the file holds one array with the images of all samples, which is unpacked once."""
    box: Box | None = None
    """The box of the image in the file, where it is not all of it."""

    def read(self) -> Image:
        """Return the image.

        Raises: ImageError when it cannot be read; SetError when it is not downloaded.
        """
        return read_image(*self._file(), self.reading)

    def shape(self) -> tuple[int, int, int]:
        """Return height, width and channels, without decoding the image.

        Raises: ImageError when it cannot be read; SetError when it is not downloaded.
        """
        header = Decoding(*self._file(), self.reading).header
        return header.height, header.width, header.colour_bands

    def read_part(self, depth: str = "uint8") -> Part:
        """Return the frames of the file, (T, H, W, C): one for an image, any number for an array.

        Raises: ImageError when it cannot be read; SetError when it is not downloaded.
        """
        path, name = self._file()
        if self.is_block:
            return read_block(path, self.content or self.sha256 or "", self.variable, name)
        if self.box is not None:
            return read_box(path, self.variable, self.box, name)
        depth = "mask" if self.is_mask else depth
        if depth in ("srgb", "srgb16"):
            return part_of(read_srgb(path, name, self.reading, deep=depth == "srgb16"))
        suffix = Path(
            self.member or self.path or path
        ).suffix  # the cache keeps files without theirs
        is_array = suffix.lower() in ARRAY_SUFFIXES
        if self.variable or (is_array and self.axes != "image"):
            axes = "bands" if self.axes == "image" else self.axes
            return in_depth(read_array(path, self.variable, name, axes), depth, name)
        if depth == "uint8" and not is_array:
            return part_of(read_image(path, name, self.reading))
        part = read_part(path, name, self.reading, pages_are_bands=self.axes == "bands")
        return part if self.axes == "image" else in_depth(part, depth, name)

    def decoder(self) -> str:
        """Return library and version of the decoder, for a file of a lossy format; empty for all others.

        Raises: as `read`.
        """
        return "" if self.variable else decoder_of(self._file()[0])

    def _file(self) -> tuple[Path, str]:
        if self.content is not None:
            path = obtain(RemoteFile(self.name, None, self.content, None), self.path)
        elif self.path is None:
            owner = self.name.split("/")[0]
            raise SetError(f"{self.name} was not fetched; 'iqabench fetch {owner}' downloads it.")
        else:
            path = self.path
            self._require_own(path)
        if self.member is None:
            return path, self.name
        path = member_file(path, self.name, self.member)
        return path, f"{self.name}: {self.member}"

    def _require_own(self, path: Path) -> None:
        if self.sha256 is not None and path.name == self.sha256:
            require_content(path, self.sha256, self.name)
        elif self.sha256 is not None and not has_content(path, self.sha256):
            raise SetError(f"{path} is not the file that came with its set; restore it.")

    def travelling(self) -> "Place":
        """Return the place as other machines find it: by the content of its file.

        A file that cannot be read stays where it is, and fails there as it does here.
        """
        if self.path is None:
            return self
        try:
            return replace(self, content=self.sha256 or sha256_of(self.path))
        except OSError:
            return self

    def identity(self) -> str:
        """Return a text that distinguishes this image from all others: its checksum and its member."""
        if self.sha256 is not None:
            within = self.member or f"{self.variable}{self.box or ''}"
            return f"{self.sha256}:{within}" if within else self.sha256
        try:
            if self.path is None:
                return "not fetched"
            within = f":{self.variable}" if self.variable else ""
            return sha256_of(self.path) + within + meaning_of(self.path) + self.reading.text
        except OSError:
            return "unreadable"
