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


Images = dict[str, Item]
"""The images of one sample that are there as files; what is not is made."""


def inventory(item: Entry, level: str) -> dict[str, Images]:
    """The images of each sample at that level, in the order of the samples."""
    found: dict[str, Images] = {}
    for image in _all_items(item):
        if image.level in ("", level):
            found.setdefault(image.sample, {})[image.role] = image
    for images in found.values():
        if "target" in images:
            images.pop("original", None)
    return {sample: found[sample] for sample in sorted(found, key=_natural)}


def files_of(name: str, level: str | None = None) -> list[RemoteFile]:
    """The files that a set needs from elsewhere, at one level or at all of them.

    `name` may carry the level, as in `urban100_x2`.

    Raises: UnknownNameError; SetError for a level that the set lacks.
    """
    found, named = known_as(name) or (entry(name), None)
    said = level or named
    levels = [level_of(found.facts, said)] if said else found.facts.levels
    items = (item for lv in levels for item in needed(inventory(found, lv)))
    return list(dict.fromkeys(item.file for item in items if item.shipped is None))


def needed(images: dict[str, Images]) -> Iterable[Item]:
    """All images of an inventory."""
    return (item for sample in images.values() for item in sample.values())


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
    return Item(line.level, line.role, line.sample, file, shipped)


def _members(item: Entry, archive: ArchiveFacts) -> Iterable[Item]:
    name = f"{item.facts.name}/{archive.url.rsplit('/', 1)[-1]}"
    file = RemoteFile(name, archive.url, archive.sha256, archive.bytes, page=item.facts.page)
    first, last = (item.facts.samples or "").split("-")
    for number in range(int(first), int(last) + 1):
        sample = f"{number:0{len(first)}}"
        member = archive.member.replace("{sample}", sample)
        yield Item(archive.level or "", archive.role, sample, file, member=member)


def _natural(sample: str) -> list[tuple[int, str]]:
    """Order in which 2 comes before 10."""
    return [(int(t), "") if t.isdigit() else (0, t.lower()) for t in re.split(r"(\d+)", sample)]
