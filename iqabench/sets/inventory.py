"""The inventory of a set at one level: its images, and the files that hold them."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import product
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import quote

from iqabench.files import RemoteFile
from iqabench.order import natural_order
from iqabench.sets.catalogue import Entry, entry, find_entry, level_of
from iqabench.sets.facts import ArchiveFacts, BlocksFacts, BoxesFacts, FilesFacts, numbers_of
from iqabench.sets.manifest import Line, read_manifest
from iqabench.sets.pinned_list import pinned_lines


class BoxPlace(NamedTuple):
    """The place of a box in a file that lists the boxes of images."""

    file: RemoteFile
    variable: str
    """The name of the list."""
    image: int
    """The number of the image, from 0."""
    box: int
    """The number of the box, from 0."""


class Item(NamedTuple):
    """One image of a set."""

    level: str
    """The level that it belongs to; empty when it belongs to all levels."""
    role: str
    sample: str
    file: RemoteFile
    shipped: Path | None = None
    """The path of a file that comes with the package; such a file is never downloaded."""
    member: str | None = None
    """The name of the image in the archive, when the file is one."""
    frame: int = 0
    """The position in the clip, from 0."""
    variable: str = ""
    """The name of the array, when the file is one of MATLAB."""
    is_block: bool = False
    """True when the array holds the images of all samples, and the variable names a place in it, too."""
    box: BoxPlace | None = None
    """The place of its box, when the image is a box of the file; otherwise None."""

    @property
    def files(self) -> tuple[RemoteFile, ...]:
        """The files that it is read from; none for one that comes with the package."""
        if self.shipped is not None:
            return ()
        return (self.file,) if self.box is None else (self.file, self.box.file)


Images = dict[str, tuple[Item, ...]]
"""The frames of one sample that lie in files, by role; all other parts are made from the target."""


def inventory(item: Entry, level: str) -> dict[str, Images]:
    """Return the images of each sample at a level, in the order of the samples."""
    frames: dict[str, dict[str, dict[int, Item]]] = {}
    for image in _declared_items(item):
        if image.level in ("", level):
            roles = frames.setdefault(image.sample, {})
            roles.setdefault(image.role, {})[image.frame] = image
    samples: dict[str, Images] = {
        sample: {role: tuple(clip[t] for t in sorted(clip)) for role, clip in roles.items()}
        for sample, roles in frames.items()
    }
    for images in samples.values():
        if "target" in images:
            images.pop("original", None)
    return {sample: samples[sample] for sample in sorted(samples, key=natural_order)}


def files_of(name: str, level: str | None = None) -> list[RemoteFile]:
    """Return the files of a set that must be downloaded, at one level or at all levels.

    `name` may include the level, as in `urban100_x2`.

    Raises: UnknownNameError; SetError for a level that the set lacks.
    """
    declared, level_in_name = find_entry(name) or (entry(name), None)
    level = level or level_in_name
    levels = [level_of(declared.facts, level)] if level else declared.facts.levels or ("",)
    items = (item for each in levels for item in all_items(inventory(declared, each)))
    return list(dict.fromkeys(file for item in items for file in item.files))


def all_items(images: dict[str, Images]) -> Iterable[Item]:
    """Yield all images of an inventory."""
    return (item for roles in images.values() for frames in roles.values() for item in frames)


def _declared_items(item: Entry) -> Iterable[Item]:
    manifests = [
        (files, read_manifest(item.folder / "manifests" / files.manifest))
        for files in item.facts.files
    ]
    places = frozenset(_place(files, line) for files, lines in manifests for line in lines)
    names = distinct_names(places)
    for files, lines in manifests:
        for line in lines:
            yield _single(item, files, line, names[_place(files, line)])
    for archive in item.facts.archives:
        yield from _members(item, archive)
    if item.facts.layouts:
        yield from _pinned(item)
    for named in item.facts.named:
        for sample in numbers_of(item.facts.samples or ""):
            ends = [end.replace("{sample}", sample) for end in (named.name, *named.also)]
            endings = tuple(ends) if len(ends) > 1 or "/" in ends[0] else ()
            name = f"{item.facts.name}/{ends[0]}"
            file = RemoteFile(name, None, None, None, page=item.facts.page, endings=endings)
            yield Item(named.level or "", named.role, sample, file)
    for blocks in item.facts.blocks:
        yield from _blocks(item, blocks)
    for boxes in item.facts.boxes:
        yield from _boxes(item, boxes)


def _pinned(item: Entry) -> Iterable[Item]:
    """Yield the images of the copy that was adopted; nothing before that."""
    facts = item.facts
    lines = pinned_lines(facts.name)
    names = distinct_names(frozenset(line.path for line in lines))
    for line in lines:
        name = f"{facts.name}/{names[line.path]}"
        file = RemoteFile(name, None, line.sha256, line.bytes, page=facts.page)
        yield Item(line.level, line.role, line.sample, file)


@cache
def distinct_names(paths: frozenset[str]) -> dict[str, str]:
    """Return the name of each file in messages: its own, with as many folders as tell it from the others.

    `paths` are addresses, or paths of files that ship.
    """
    names: dict[str, str] = {}
    left, kept = set(paths), 1
    while left:
        tails = {path: "/".join(PurePosixPath(path).parts[-kept:]) for path in left}
        counts = Counter(tails.values())
        names |= {path: tail for path, tail in tails.items() if counts[tail] == 1}
        left = {path for path, tail in tails.items() if counts[tail] > 1}
        kept += 1
    return names


def _place(files: FilesFacts, line: Line) -> str:
    """Return the address of a file, or its path where it ships."""
    return files.url.replace("{path}", line.path) if files.url else line.path


def _single(item: Entry, files: FilesFacts, line: Line, name: str) -> Item:
    url = files.url.replace("{path}", quote(line.path)) if files.url else None
    file = RemoteFile(
        f"{item.facts.name}/{name}", url, line.sha256, line.bytes, page=item.facts.page
    )
    shipped = item.folder / files.folder / line.path if files.folder else None
    variable = files.variables.get(line.role, "")
    return Item(
        line.level, line.role, line.sample, file, shipped, frame=line.frame, variable=variable
    )


def _members(item: Entry, archive: ArchiveFacts) -> Iterable[Item]:
    name = f"{item.facts.name}/{archive.url.rsplit('/', 1)[-1]}"
    file = RemoteFile(name, archive.url, archive.sha256, archive.bytes, page=item.facts.page)
    for sample in numbers_of(item.facts.samples or ""):
        for index, frame in enumerate(numbers_of(archive.frames) if archive.frames else [""]):
            member = archive.member.replace("{sample}", sample).replace("{frame}", frame)
            yield Item(archive.level or "", archive.role, sample, file, member=member, frame=index)


def file_of_blocks(item: Entry, blocks: BlocksFacts) -> RemoteFile:
    """Return the file whose array holds one image for each sample."""
    name = f"{item.facts.name}/{blocks.name}"
    return RemoteFile(name, None, None, None, page=item.facts.page)


def _blocks(item: Entry, blocks: BlocksFacts) -> Iterable[Item]:
    """Yield the images of an array: the one of the sample 01_02 is the block 0, 1."""
    file, counts = file_of_blocks(item, blocks), blocks.shape[:-3]
    for place in product(*map(range, counts)):
        numbers = [f"{n + 1:0{len(str(c))}}" for n, c in zip(place, counts, strict=True)]
        variable = f"{blocks.variable}#{','.join(map(str, place))}"
        yield Item("", blocks.role, "_".join(numbers), file, variable=variable, is_block=True)


def files_of_boxes(item: Entry, boxes: BoxesFacts) -> tuple[RemoteFile, list[RemoteFile]]:
    """Return the file that lists the boxes, and the files of the images."""
    page, folder = item.facts.page, item.facts.name
    listing = RemoteFile(f"{folder}/{boxes.boxes}", None, None, None, page=page)
    ends = [boxes.name.replace("{image}", number) for number in numbers_of(boxes.images)]
    images = [
        RemoteFile(f"{folder}/{end}", None, None, None, page=page, endings=(end,)) for end in ends
    ]
    return listing, images


def _boxes(item: Entry, boxes: BoxesFacts) -> Iterable[Item]:
    """Yield each box of each image: the one of the sample 0001_02 is the second of the image 0001."""
    listing, images = files_of_boxes(item, boxes)
    width = len(str(boxes.count))
    for number, (name, file) in enumerate(zip(numbers_of(boxes.images), images, strict=True)):
        for box in range(boxes.count):
            place = BoxPlace(listing, boxes.boxes_variable, number, box)
            sample = f"{name}_{box + 1:0{width}}"
            yield Item("", boxes.role, sample, file, variable=boxes.variable, box=place)
