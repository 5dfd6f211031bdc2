"""Opinions: ratings of images by people, read from the folders that the authors of the sets hand out.

    @opinion_set(title="TID2013", scale="MOS, 0 to 9", better="higher", ...)
    def tid2013(folder: Folder) -> Iterator[Opinion]: ...

Each file is the reader of one set, found by folder scan: a new file is a new set. Nothing is fetched: most of
these sets are behind a form or a licence, so a person gets them, and names their folder. A reader knows the
files of its set and their format. The checks that all sets share (images that must exist, names that occur
once, opinions that are numbers) are here.
"""

from collections.abc import Iterator
from pathlib import Path

from iqabench.errors import SetError, UnknownNameError
from iqabench.files import home
from iqabench.opinions.core.folder import Folder
from iqabench.opinions.core.opinion import Better, Opinion, Opinions, OpinionSet
from iqabench.opinions.core.registry import opinion_set, opinion_sets

__all__ = [
    "Better",
    "Folder",
    "Opinion",
    "OpinionSet",
    "Opinions",
    "opinion_set",
    "opinion_set_named",
    "opinion_sets",
    "read_opinions",
]

FEWEST = 5
"""The number of opinions below which a correlation is not computed."""


def read_opinions(
    name: str, folder: Path | None = None, *, allow_missing: bool = False
) -> Opinions:
    """Read the opinions of a set from its official folder, by default `IQABENCH_HOME`/opinions/NAME.

    With `allow_missing` opinions of images that do not exist are left out, with a note.

    Raises: UnknownNameError; SetError when the folder or a file of it is missing or damaged, the image of an
        opinion does not exist, a name occurs twice, or there are fewer than five opinions.
    """
    facts = opinion_set_named(name)
    place = folder or home() / "opinions" / name
    if not place.is_dir():
        raise SetError(_absent(facts, place, named=folder is not None))
    opened = Folder(place, facts)
    samples = tuple(facts.read(opened))
    _check_names(samples, place)
    missing = list(_missing(samples, facts))
    if missing and not allow_missing:
        raise SetError(
            f"{missing[0]}. Add them, or go on without them with --allow-missing.\n{facts.layout}"
        )
    samples = tuple(s for s in samples if all(p is None or p.is_file() for p in _files(s)))
    if len(samples) < FEWEST:
        raise SetError(
            f"{place} has {len(samples)} opinions; a correlation needs at least {FEWEST}."
        )
    notes = [*opened.notes, *missing]
    if len(samples) != facts.size:
        notes.append(f"{len(samples)} opinions are in {place}; the whole set has {facts.size}.")
    return Opinions(facts, place, samples, tuple(notes))


def opinion_set_named(name: str) -> OpinionSet:
    """Return the facts of a set.

    Raises: UnknownNameError with suggestions.
    """
    known = opinion_sets().names()
    if name not in known:
        raise UnknownNameError(
            "set of opinions", name, known, "'iqabench list opinions' shows them all."
        )
    return opinion_sets().get(name)


def _absent(facts: OpinionSet, place: Path, *, named: bool) -> str:
    what = "is a file" if place.is_file() else "does not exist"
    where = "" if named else f" Nothing was named with --from, and {place.parent} was looked into."
    return (
        f"{place} {what}; expected the folder of {facts.title}.{where} Get the set from {facts.site} "
        f"({facts.source}) and name its folder with --from.\n{facts.layout}"
    )


def _check_names(samples: tuple[Opinion, ...], place: Path) -> None:
    seen: set[str] = set()
    for sample in samples:
        if sample.name.lower() in seen:
            raise SetError(
                f"{place} has two opinions of '{sample.name}'; expected one of each image."
            )
        seen.add(sample.name.lower())


def _files(sample: Opinion) -> tuple[Path, Path | None]:
    return sample.distorted, sample.reference


def _missing(samples: tuple[Opinion, ...], facts: OpinionSet) -> Iterator[str]:
    """Yield a sentence about the images that do not exist, and one about the references."""
    for kind, paths in (
        ("image", (s.distorted for s in samples)),
        ("reference", (s.reference for s in samples if s.reference is not None)),
    ):
        missing = [path for path in dict.fromkeys(paths) if not path.is_file()]
        if missing:
            more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            yield (
                f"{len(missing)} {kind}s of {facts.title} are missing, though there are opinions of them: "
                f"{', '.join(map(str, missing[:3]))}{more}"
            )
