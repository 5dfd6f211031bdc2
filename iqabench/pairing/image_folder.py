"""The images of a folder by their names, and the files in it that are no images that can be read.

A file that looks like an image and cannot be taken as one is named, so that a mean over fewer images than
the folder seems to hold is noticed. Hidden files (`._a.png`, `.DS_Store`) and files that nobody takes for
images (`notes.txt`, `Thumbs.db`) are left out without a word.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from iqabench.errors import ImageError, PairingError
from iqabench.images import image_files
from iqabench.printable import first_names, printable

_IMAGES = """
.png .apng .jpg .jpeg .jpe .jfif .bmp .dib .tif .tiff .webp .ppm .pgm .pbm .pnm .pam .pfm .gif .avif
.avifs .heic .heif .hif .jxl .jp2 .j2k .jpf .jpx .jpc .exr .hdr .dng .raw .cr2 .cr3 .nef .arw .orf .rw2
.raf .psd .tga .dds .sgi .qoi .xcf .npy
"""
_OTHERS = """
.txt .md .rst .csv .tsv .json .jsonl .yaml .yml .toml .ini .cfg .log .html .htm .xml .css .js .pdf .tex
.doc .docx .xls .xlsx .ods .py .ipynb .m .sh .bat .c .cpp .h .db .sqlite .parquet .zip .tar .gz .7z .rar
.sha256 .md5 .pth .pt .onnx .safetensors .npz .mat .svg .ico .mp4 .mov .avi .mkv .bak .tmp .part .lock
"""
IMAGE_SUFFIXES = frozenset(_IMAGES.split())
"""The endings of files that hold images, whether they are read here or not."""
_PLAIN = frozenset(_OTHERS.split())
"""The endings of files that nobody takes for images; they are not opened."""
_SIGNATURES = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"8BPS", b"v/1\x01", b"\xff\x0a",
    b"\0\0\0\x0cJXL", b"\0\0\0\x0cjP", b"P5\n", b"P6\n", b"qoif",
)  # fmt: skip
_DEPTH = 2
"""The number of levels down to which images are looked for to point at them."""
_MOST = 100_000


@dataclass(frozen=True)
class ImageFolder:
    """The files of a folder, or a single image."""

    place: Path
    images: tuple[Path, ...]
    unread: Mapping[Path, str] = field(default_factory=dict)
    """The files that look like images and are not read, each with the reason."""
    recursive: bool = False

    @cached_property
    def by_name(self) -> dict[str, Path]:
        """The images by their names without suffix; with folders where they lie in folders.

        Raises: PairingError when two images have the same name.
        """
        files: dict[str, Path] = {}
        for path, name in zip(self.images, self._names(), strict=True):
            if name in files:
                raise PairingError(
                    f"{printable(files[name].name)} and {printable(path.name)} in {self.place} share the "
                    f"name '{printable(name)}', so the choice is ambiguous; keep one of them, or say it "
                    "with --pairs FILE.csv (header output,target; names with their suffix)."
                )
            files[name] = path
        return files

    @cached_property
    def by_unique_name(self) -> dict[str, Path]:
        """The images by their names; those that share a name by their names with suffix."""
        names = Counter(self._names())
        return {
            name if names[name] == 1 else f"{name}{path.suffix}": path
            for path, name in zip(self.images, self._names(), strict=True)
        }

    @property
    def spellings(self) -> dict[str, str]:
        """The names in `by_unique_name` by the paths of the images within the folder."""
        return dict(zip(self.paths, self.by_unique_name, strict=True))

    @property
    def paths(self) -> dict[str, Path]:
        """The images by their paths within the folder, with suffix."""
        if self.place.is_file():
            return {self.place.name: self.place}
        return {path.relative_to(self.place).as_posix(): path for path in self.images}

    @property
    def missing(self) -> list[str]:
        """The files that are not read with their reasons, in words: a line for each reason."""
        by_reason: dict[str, list[str]] = {}
        for path, reason in self.unread.items():
            by_reason.setdefault(reason, []).append(path.relative_to(self.place).as_posix())
        return [
            f"{_count(len(names), 'file')} in {self.place} left out ({reason}): {first_names(names, 5)}"
            for reason, names in by_reason.items()
        ]

    def _names(self) -> list[str]:
        if self.place.is_file():
            return [self.place.stem]
        if not self.recursive:
            return [path.stem for path in self.images]
        parts = [path.relative_to(self.place).parts for path in self.images]
        shared = _shared_folders([part[:-1] for part in parts])
        return ["/".join((*part[shared:-1], Path(part[-1]).stem)) for part in parts]


def read_folder(place: Path, *, recursive: bool = False) -> ImageFolder:
    """Return the images of a folder, or a single image; with `recursive` also those in folders below.

    Raises: ImageError when there is no such place or no image in it; images below are then pointed at.
    """
    if place.is_file():
        return ImageFolder(place, (place,))
    folders = _folders(place) if recursive and place.is_dir() else (place,)
    images: list[Path] = []
    unread: dict[Path, str] = {}
    for folder in folders:
        found = image_files(folder)
        images += found
        unread |= _unread(folder, found)
    listed = ImageFolder(place, tuple(images), unread, recursive)
    if not images:
        raise ImageError(_no_images(listed))
    return listed


def unread_in_words(folder: Path) -> list[str]:
    """Return sentences about the files in a folder that look like images and are not read."""
    images = image_files(folder)
    return ImageFolder(folder, tuple(images), _unread(folder, images)).missing


def images_below(place: Path) -> tuple[int, int]:
    """Return the number of folders below that hold images, at most two levels down, and of these images."""
    counts = [len(image_files(folder)) for folder in _folders(place, _DEPTH) if folder != place]
    counts = [count for count in counts if count]
    return len(counts), sum(counts)


def below_in_words(place: Path, way_out: str) -> str:
    """Return a sentence about the images in folders below with the way to take them; empty without any."""
    folders, images = images_below(place)
    if not images:
        return ""
    return (
        f"{_count(folders, 'folder')} with {_count(images, 'image')} "
        f"{'lies' if folders == 1 else 'lie'} in it: {way_out}"
    )


def _no_images(listed: ImageFolder) -> str:
    head = f"{listed.place} holds no images"
    below = "" if listed.recursive else below_in_words(listed.place, "add --recursive.")
    if below:
        return f"{head}, but {below}"
    if listed.unread:
        return f"{head} that can be read: {'; '.join(listed.missing)}. Convert them to PNG."
    return f"{head}; expected files such as baby.png in it."


def _folders(place: Path, depth: int | None = None) -> Iterator[Path]:
    """Yield a folder and those below in the order of their names; each once, however links lead to it."""
    seen: set[str] = set()
    waiting = [(place, 0)]
    while waiting and len(seen) < _MOST:
        folder, level = waiting.pop()
        real = os.path.realpath(folder)
        if real in seen:
            continue
        seen.add(real)
        yield folder
        if depth is None or level < depth:
            waiting += [(path, level + 1) for path in reversed(_folders_in(folder))]


def _shared_folders(parts: Sequence[tuple[str, ...]]) -> int:
    """Return the number of folders with which all paths begin."""
    least, most = min(parts), max(parts)
    return next(
        (at for at, (one, other) in enumerate(zip(least, most, strict=False)) if one != other),
        min(len(least), len(most)),
    )


def _folders_in(folder: Path) -> list[Path]:
    """Return the folders directly in a folder, by name; hidden ones are left out."""
    with _reading(folder), os.scandir(folder) as entries:
        names = sorted(
            entry.name
            for entry in entries
            if not entry.name.startswith(".")
            and (Path(entry).is_dir() if entry.is_symlink() else entry.is_dir())
        )
    return [folder / name for name in names]


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ImageError(f"{folder} cannot be read: {error.strerror}.") from error


def _unread(folder: Path, images: Iterable[Path]) -> dict[Path, str]:
    """Return the files that look like images and are none of the images, with the reason."""
    known = {"__MACOSX", *(path.name for path in images)}
    with _reading(folder), os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries)
    found = {}
    for name in names:
        if name in known or name.startswith("."):
            continue
        path = folder / name
        reason = _reason(path)
        if reason:
            found[path] = reason
    return found


def _reason(path: Path) -> str:
    suffix = path.suffix.lower()
    if path.is_symlink() and not path.exists():
        return "" if suffix in _PLAIN else "links that lead nowhere"
    if path.is_dir() or suffix in _PLAIN:
        return ""
    if suffix in IMAGE_SUFFIXES:
        return "of a type that is not read" if path.is_file() else "no regular files"
    return "images without the suffix of one" if path.is_file() and _is_image(path) else ""


def _is_image(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError:
        return False
    return start.startswith(_SIGNATURES) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
