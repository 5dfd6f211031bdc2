"""The images of a set of opinions with their references, and their decoding in threads."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from iqabench.errors import IqabenchError
from iqabench.images import Image, ReadOptions
from iqabench.metrics import Column
from iqabench.opinions import Opinion
from iqabench.run.prefetch import run_in_threads
from iqabench.sets.place import Place

_NO_REFERENCE = "it has no reference"


@dataclass(frozen=True)
class JudgedFiles:
    """The files of one judged image."""

    name: str
    distorted: Place
    reference: Place | None

    @classmethod
    def of(cls, sample: Opinion, reading: ReadOptions) -> "JudgedFiles":
        """Return the files of an image as they lie on this machine."""
        distorted = Place(sample.distorted, str(sample.distorted), reading=reading)
        if sample.reference is None:
            return cls(sample.name, distorted, None)
        return cls(
            sample.name, distorted, Place(sample.reference, str(sample.reference), reading=reading)
        )

    @property
    def places(self) -> list[Place]:
        """The places of its files."""
        return [self.distorted, *([self.reference] if self.reference else [])]

    def travelling(self, content_of: Callable[[Place], str]) -> "JudgedFiles":
        """Return the files by their checksums; one that cannot be read has none, and stays where it is."""

        def by_content(place: Place) -> Place:
            content = content_of(place)
            return replace(place, content=content) if content else place

        reference = self.reference and by_content(self.reference)
        return replace(self, distorted=by_content(self.distorted), reference=reference)


@dataclass(frozen=True)
class JudgedImage:
    """One image and its reference, or the reasons why they cannot be read."""

    name: str
    columns: list[Column]
    """The columns that it lacks."""
    distorted: Image | None
    reference: Image | None
    error: str
    """The reason why there is no distorted image."""
    reference_error: str
    """The reason why there is no reference."""


class JudgedReader:
    """A reader of judged images; it remembers the last references, which many images share."""

    def __init__(self) -> None:
        self._reference = lru_cache(maxsize=4)(Place.read)

    def read_all(self, todo: Iterable[tuple[JudgedFiles, list[Column]]]) -> Iterator[JudgedImage]:
        """Yield the images with the columns that they lack, in order, decoded in threads."""
        return run_in_threads(partial(self._read, files, columns) for files, columns in todo)

    def _read(self, files: JudgedFiles, columns: list[Column]) -> JudgedImage:
        try:
            distorted = files.distorted.read()
        except IqabenchError as error:
            return JudgedImage(files.name, columns, None, None, str(error), "")
        reference, reference_error = None, _NO_REFERENCE
        if files.reference is not None and any(column.needs_target for column in columns):
            try:
                reference = self._reference(files.reference)
            except IqabenchError as error:
                reference_error = str(error)
        return JudgedImage(files.name, columns, distorted, reference, "", reference_error)
