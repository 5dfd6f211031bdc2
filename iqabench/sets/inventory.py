"""Which images a set consists of at one level, and in which files they lie."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from iqabench.files import RemoteFile
from iqabench.sets.catalogue import Entry, entry, known_as, level_of
from iqabench.sets.facts import ArchiveFacts, FilesFacts
from iqabench.sets.manifest import Line, read_manifest


class Item(NamedTuple):
    """One image of a set."""

    level: str
    """Empty where it serves all levels."""
    role: str
    sample: str
    file: RemoteFile
    shipped: Path | None = None
    """Where it lies in the package; such a file is never fetched."""
    member: str | None = None
    """The name of the image inside, when the file is an archive."""
    frame: int = 0
    """The place in the clip, from 0."""


Images = dict[str, tuple[Item, ...]]
"""The frames of one sample that are there as files, by role; what is not is made."""


def inventory(item: Entry, level: str) -> dict[str, Images]:
    """The images of each sample at that level, in the order of the samples."""
    frames: dict[str, dict[str, dict[int, Item]]] = {}
    for image in _all_items(item):
        if image.level in ("", level):
            roles = frames.setdefault(image.sample, {})
            roles.setdefault(image.role, {})[image.frame] = image
    found: dict[str, Images] = {
        sample: {role: tuple(clip[t] for t in sorted(clip)) for role, clip in roles.items()}
        for sample, roles in frames.items()
    }
    for images in found.values():
        if "target" in images:
            images.pop("original", None)
    return {sample: found[sample] for sample in sorted(found, key=natural_order)}


def files_of(name: str, level: str | None = None) -> list[RemoteFile]:
    """The files that a set needs from elsewhere, at one level or at all of them.

    `name` may carry the level, as in `urban100_x2`.

    Raises: UnknownNameError; SetError for a level that the set lacks.
    """
    found, named = known_as(name) or (entry(name), None)
    said = level or named
    levels = [level_of(found.facts, said)] if said else found.facts.levels or ("",)
    items = (item for lv in levels for item in needed(inventory(found, lv)))
    return list(dict.fromkeys(item.file for item in items if item.shipped is None))


def needed(images: dict[str, Images]) -> Iterable[Item]:
    """All images of an inventory."""
    return (item for roles in images.values() for frames in roles.values() for item in frames)


def _all_items(item: Entry) -> Iterable[Item]:
    for files in item.facts.files:
        for line in read_manifest(item.folder / "manifests" / files.manifest):
            yield _single(item, files, line)
    for archive in item.facts.archives:
        yield from _members(item, archive)


def _single(item: Entry, files: FilesFacts, line: Line) -> Item:
    url = files.url.replace("{path}", quote(line.path)) if files.url else None
    name = f"{item.facts.name}/{Path(line.path).name}"
    file = RemoteFile(name, url, line.sha256, line.bytes, page=item.facts.page)
    shipped = item.folder / files.folder / line.path if files.folder else None
    return Item(line.level, line.role, line.sample, file, shipped, frame=line.frame)


def _members(item: Entry, archive: ArchiveFacts) -> Iterable[Item]:
    name = f"{item.facts.name}/{archive.url.rsplit('/', 1)[-1]}"
    file = RemoteFile(name, archive.url, archive.sha256, archive.bytes, page=item.facts.page)
    for sample in _numbers(item.facts.samples or ""):
        for at, frame in enumerate(_numbers(archive.frames) if archive.frames else [""]):
            member = archive.member.replace("{sample}", sample).replace("{frame}", frame)
            yield Item(archive.level or "", archive.role, sample, file, member=member, frame=at)


def _numbers(span: str) -> list[str]:
    """Return the numbers of a span such as 0801-0900, with its leading zeros."""
    first, last = span.split("-")
    return [f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1)]


def natural_order(name: object) -> list[tuple[int, str]]:
    """Return a key that sorts names so that 2 comes before 10."""
    parts = re.split(r"(\d+)", str(name))
    return [(int(t), "") if t.isdigit() else (0, t.lower()) for t in parts]
