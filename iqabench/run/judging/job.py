"""A set of opinions as it travels to a worker."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from iqabench.images import AS_STORED, ReadOptions
from iqabench.metrics import Column
from iqabench.run.executors.job import Shipment
from iqabench.run.judging.images import JudgedFiles
from iqabench.run.judging.session import JudgingSession
from iqabench.run.model_cache import ModelCache
from iqabench.run.records import Subject
from iqabench.run.worker_columns import columns_here
from iqabench.sets.place import Place
from iqabench.trust import is_trusting

MOST_IMAGES = 8
"""The most images of an item on other workers: these sets have tens of thousands of small images, and a
message for each would cost as much as some metrics. What is in flight when a worker is lost is this many."""


@dataclass(frozen=True)
class JudgingJob:
    """The scoring of the images of a set of opinions."""

    subject: Subject
    images: tuple[JudgedFiles, ...]
    columns: tuple[Column, ...]
    """The columns, with the reasons why some have no value."""
    device: str
    run: str
    """The name of the run, for records."""
    reading: ReadOptions = AS_STORED
    """The options that the images are read with."""
    checksums: Mapping[Path, str] = field(default_factory=dict)
    """The checksums of all files, empty for those that cannot be read."""
    most_images: int = 1
    """The most images of one item."""
    has_travelled: bool = False
    """True on another machine than the driver's."""
    trusts: bool = field(default_factory=is_trusting)
    """True where the user has consented to code that files and folders bring."""

    @property
    def name(self) -> str:
        """The columns and the set."""
        columns = self.columns
        what = columns[0].name if len(columns) == 1 else f"{len(columns)} columns"
        return f"{what} on {self.subject.set}"

    @property
    def model(self) -> str:
        """The identity of what is loaded: nothing but metrics."""
        return f"judged {self.subject.set}"

    @property
    def size(self) -> int:
        """The number of items."""
        return -(-len(self.images) // self.most_images)

    def open(self, models: ModelCache) -> JudgingSession:  # noqa: ARG002 - nothing is restored
        """Return the session; see `executors.job`."""
        columns = self.columns
        if self.has_travelled:
            columns = tuple(columns_here(columns))
        return JudgingSession(self.subject, self.images, columns, self.device, self.run)

    def ship(self) -> Shipment:
        """Return the job with its images by content; see `executors.job`."""

        def content_of(place: Place) -> str:
            return self.checksums.get(place.path, "") if place.path else ""

        images = tuple(files.travelling(content_of) for files in self.images)
        places = (place for files in images for place in files.places)
        files = {p.content: p.path for p in places if p.content and p.path}
        return Shipment(replace(self, images=images, checksums={}, has_travelled=True), files)
