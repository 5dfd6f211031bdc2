"""Candidates on a worker: one pass over the samples for any number of columns and candidates.

The target and the input of each sample are read once, and every candidate that lacks a record is scored.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from threading import Lock
from typing import Generic, TypeVar

import torch

from iqabench.errors import IqabenchError
from iqabench.images import Case, Image, joined_decoders
from iqabench.metrics import Column
from iqabench.run.executors.job import JobItem
from iqabench.run.prefetch import run_in_threads
from iqabench.run.references import References
from iqabench.run.scores import depth_trouble, rounding_trouble, score_many
from iqabench.run.scoring.candidates import OpenCandidate
from iqabench.run.scoring.sample_parts import PartsSource
from iqabench.run.scoring.sources import ImageSource
from iqabench.samples import Parts, composite
from iqabench.store import Record

T = TypeVar("T")

NO_TARGET = "it has no target"
"""The reason of a sample of a set without targets."""


@dataclass(frozen=True)
class PartSources:
    """The functions that read the parts of a sample; None for those that no sample has."""

    target: ImageSource | None
    input: ImageSource | None
    mask: ImageSource | None
    all: PartsSource | None = None
    """The function that reads all parts, for metrics that compare outputs with them."""
    fills: bool = False
    """True when only pixels inside the mask are taken from outputs, and all others from the input."""


@dataclass(frozen=True)
class ScoringOpening:
    """The facts of open candidates that the driver needs."""

    candidates: tuple[OpenCandidate, ...]
    threads: int
    """The number of threads of the worker."""

    @property
    def keys(self) -> list[str]:
        """The keys of all columns, those over the whole set included."""
        return [cell.key for c in self.candidates for cell in (*c.cells, *c.set_cells)]


@dataclass(frozen=True)
class CandidateScores:
    """The records of one candidate at one sample."""

    candidate: int
    """The index of the candidate."""
    records: list[Record]
    is_missing: bool = False
    """True when the output is absent or cannot be read, or a target that there is cannot be read."""


@dataclass(frozen=True)
class ScoredSample:
    """The result of one item: the records of all candidates at one sample."""

    name: str
    candidates: tuple[CandidateScores, ...]


@dataclass(frozen=True)
class _ReadResult(Generic[T]):
    """An image, or parts, or the reason why there are none."""

    image: T | None
    error: str = ""


@dataclass(frozen=True)
class _Task:
    """The columns of a candidate that a sample has no record of."""

    sample: str
    candidate: int
    columns: list[Column]


@dataclass(frozen=True)
class _LoadedTask:
    """A task with its images."""

    task: _Task
    output: _ReadResult[Image]
    target: _ReadResult[Image]
    input: _ReadResult[Image]
    mask: _ReadResult[Image]
    parts: _ReadResult[Parts]
    decoder: str
    """Library and version of the decoders of lossy files among the images."""

    @property
    def is_missing(self) -> bool:
        """True when the output is absent or cannot be read, or a target that there is cannot be read."""
        unread = bool(self.target.error) and self.target.error != NO_TARGET
        return self.output.image is None or unread


class ScoringSession:
    """The candidates of one set with their columns.

    The details of an item are, for each candidate, the indices of the columns that the sample lacks.
    """

    def __init__(
        self,
        candidates: Sequence[OpenCandidate],
        outputs: Sequence[ImageSource],
        parts: PartSources,
        references: References,
        batch: int = 1,
    ) -> None:
        self._candidates, self._outputs = candidates, outputs
        self._parts = parts
        self._references, self._batch = references, batch

    @cached_property
    def opening(self) -> ScoringOpening:
        """The facts that the driver needs to choose samples."""
        return ScoringOpening(tuple(self._candidates), torch.get_num_threads())

    def run(self, items: Sequence[JobItem]) -> Iterator[ScoredSample]:
        """Yield the records of each sample."""
        loaded = run_in_threads(loader for item in items for loader in self._loaders(item))
        scored = (
            CandidateScores(each.task.candidate, records, each.is_missing)
            for batch in _batches(loaded, self._batch)
            for each, records in zip(batch, self._score(batch), strict=True)
        )
        for item in items:
            tasks = sum(bool(missing) for missing in item.details)
            yield ScoredSample(item.name, tuple(next(scored) for _ in range(tasks)))

    def _loaders(self, item: JobItem) -> Iterator[Callable[[], _LoadedTask]]:
        """Yield a loader for each task, so that few outputs are in memory; tasks share target and input."""
        tasks = [
            _Task(item.name, index, [self._candidates[index].columns[c] for c in missing])
            for index, missing in enumerate(item.details)
            if missing
        ]
        columns = [column for task in tasks for column in task.columns]
        references = {column.protocol.reference for column in columns}
        needs_target = any(column.needs_target for column in columns)
        needs_input = bool({"input", "model"} & references)
        parts, fills = self._parts, self._parts.fills
        needs_mask = fills or any(column.protocol.region == "mask" for column in columns)
        needs_parts = any(column.parts for column in columns)
        shared = _SharedReads(
            _SharedRead(parts.target if needs_target else None, item.name, NO_TARGET),
            _SharedRead(parts.input if needs_input or fills else None, item.name, ""),
            _SharedRead(parts.mask if needs_mask else None, item.name, ""),
            _SharedRead(parts.all if needs_parts else None, item.name, ""),
        )
        return (partial(self._load, task, shared) for task in tasks)

    def _load(self, task: _Task, shared: "_SharedReads") -> _LoadedTask:
        output = _read(self._outputs[task.candidate], task.sample)
        source, mask = shared.input.get(), shared.mask.get()
        if self._parts.fills and output.image is not None:
            output = _filled_in(output.image, source, mask)
        target, given = shared.target.get(), shared.parts.get()
        return _LoadedTask(
            task, output, target, source, mask, given, self._decoder(task, output, target)
        )

    def _decoder(self, task: _Task, output: _ReadResult[Image], target: _ReadResult[Image]) -> str:
        """Return library and version of the decoders of the images that were read."""
        outputs, targets = self._outputs[task.candidate], self._parts.target
        return joined_decoders(
            outputs.decoder(task.sample) if output.image is not None else "",
            targets.decoder(task.sample) if targets and target.image is not None else "",
        )

    def _score(self, batch: list[_LoadedTask]) -> list[list[Record]]:
        """Return the records of each task of a batch."""
        cases = [self._case(each) for each in batch if each.output.image is not None]
        columns, device = batch[0].task.columns, self._references.conditions.device
        results = iter(score_many(columns, cases, device, together=self._batch > 1))
        records = []
        for each in batch:
            maker, sample = self._candidates[each.task.candidate].maker, each.task.sample
            if each.output.image is None:
                records.append([maker.make_failed(c, sample, each.output.error) for c in columns])
                continue
            depth = each.output.image.dtype.name
            scores = zip(columns, next(results), strict=True)
            records.append(
                [
                    maker.make_failed(column, sample, reason)
                    if (reason := _depth_reason(column, depth, each.target.image))
                    else maker.make(column, sample, score, None, decoder=each.decoder)
                    for column, score in scores
                ]
            )
        return records

    def _case(self, loaded: _LoadedTask) -> Case:
        assert loaded.output.image is not None
        conditions = self._references.conditions
        return Case(
            loaded.output.image,
            loaded.target.image,
            conditions.scale,
            conditions.device,
            self._references.of(loaded.task.sample, loaded.input.image),
            mask=loaded.mask.image,
            no_target=loaded.target.error or NO_TARGET,
            parts=loaded.parts.image or {},
            no_parts=loaded.parts.error,
        )


def _depth_reason(column: Column, depth: str, target: Image | None) -> str:
    """Return the reason why a column has no value for such an output or target; empty where it has one."""
    if not column.protocol.takes(depth):
        return depth_trouble(column, depth)
    return rounding_trouble(column, target)


class _SharedRead(Generic[T]):
    """An image, or parts, that several threads need and only one reads.

    Without a function that reads it, there is no image; `error` is the reason.
    """

    def __init__(self, read: Callable[[str], T] | None, name: str, error: str) -> None:
        self._read_it, self._name = read, name
        self._result: _ReadResult[T] | None = None if read else _ReadResult(None, error)
        self._lock = Lock()

    def get(self) -> _ReadResult[T]:
        """Return the image; the first call reads it."""
        with self._lock:
            if self._result is None:
                assert self._read_it is not None
                self._result = _read(self._read_it, self._name)
            return self._result


@dataclass(frozen=True)
class _SharedReads:
    """The images and parts of a sample that its candidates share."""

    target: _SharedRead[Image]
    input: _SharedRead[Image]
    mask: _SharedRead[Image]
    parts: _SharedRead[Parts]


def _filled_in(
    output: Image, source: _ReadResult[Image], mask: _ReadResult[Image]
) -> _ReadResult[Image]:
    """Return an output inside the mask and the input outside, or the reason why there is none."""
    if source.image is None or mask.image is None:
        return _ReadResult(None, source.error or mask.error or "it has no mask")
    if not output.shape[:2] == source.image.shape[:2] == mask.image.shape[:2]:
        height, width = source.image.shape[:2]
        return _ReadResult(
            None,
            f"the output is {output.shape[1]}x{output.shape[0]}; its input is {width}x{height}",
        )
    return _ReadResult(composite(output, source.image, mask.image))


def _read(read: Callable[[str], T], name: str) -> _ReadResult[T]:
    try:
        return _ReadResult(read(name))
    except IqabenchError as error:
        return _ReadResult(None, str(error))


def _batches(tasks: Iterable[_LoadedTask], size: int) -> Iterator[list[_LoadedTask]]:
    """Yield lists of at most `size` neighbouring tasks that have the same columns."""
    batch: list[_LoadedTask] = []
    for each in tasks:
        if batch and (len(batch) == size or each.task.columns != batch[0].task.columns):
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch
