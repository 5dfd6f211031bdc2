"""A set of opinions on a worker: its images are decoded and scored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch

from iqabench.images import Case
from iqabench.metrics import Column
from iqabench.models.core.card import Card
from iqabench.run.executors.job import JobItem
from iqabench.run.judging.images import JudgedFiles, JudgedImage, JudgedReader
from iqabench.run.records import Origin, RecordMaker, Subject
from iqabench.run.scores import score
from iqabench.run.threads import CellKey
from iqabench.store import Record, content_key

IDENTITY = Card(
    id="identity",
    family="identity",
    title="The image as it is",
    task="opinion",
    loader="file",
    channels="any",
)


@dataclass(frozen=True)
class JudgingOpening:
    """The facts of an open set that the driver needs."""

    maker: RecordMaker
    columns: tuple[Column, ...]
    keys: tuple[CellKey, ...]
    """The keys of the columns."""
    threads: int
    """The number of threads of the worker."""


@dataclass(frozen=True)
class JudgedScores:
    """The records of one image."""

    name: str
    records: list[Record]
    is_missing: bool = False
    """True when the image cannot be read."""


@dataclass(frozen=True)
class JudgedBatch:
    """The result of one item: the records of a few images."""

    name: str
    images: tuple[JudgedScores, ...]


class JudgingSession:
    """A set of opinions with its columns.

    The details of an item are pairs: the index of an image, and the indices of the columns that it lacks.
    """

    def __init__(
        self,
        subject: Subject,
        images: Sequence[JudgedFiles],
        columns: tuple[Column, ...],
        device: str,
        run: str,
    ) -> None:
        self._images, self._columns, self._device = images, columns, device
        origin = Origin.of_card(IDENTITY, content_key(model=IDENTITY.id), device=device)
        self._maker = RecordMaker(subject, origin, run)
        self._reader = JudgedReader()

    @cached_property
    def opening(self) -> JudgingOpening:
        """The facts that the driver needs to choose images."""
        keys = tuple(CellKey.of(self._maker, column) for column in self._columns)
        return JudgingOpening(self._maker, self._columns, keys, torch.get_num_threads())

    def run(self, items: Sequence[JobItem]) -> Iterator[JudgedBatch]:
        """Yield the records of the images of each item."""
        todo = (
            (self._images[image], [self._columns[column] for column in missing])
            for item in items
            for image, missing in item.details
        )
        scored = map(self._score, self._reader.read_all(todo))
        for item in items:
            yield JudgedBatch(item.name, tuple(next(scored) for _ in item.details))

    def _score(self, image: JudgedImage) -> JudgedScores:
        maker, columns = self._maker, image.columns
        if image.distorted is None:
            failed = [maker.make_failed(c, image.name, image.error) for c in columns]
            return JudgedScores(image.name, failed, is_missing=True)
        defined = [c for c in columns if image.reference is not None or not c.needs_target]
        results = score(defined, Case(image.distorted, image.reference, device=self._device))
        scores = dict(zip((c.name for c in defined), results, strict=True))
        records = [
            maker.make(c, image.name, scores[c.name], None)
            if c.name in scores
            else maker.make_failed(c, image.name, image.reference_error)
            for c in columns
        ]
        return JudgedScores(image.name, records)
