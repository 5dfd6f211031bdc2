"""The scoring of candidates: one pass over the samples for any number of columns and candidates.

A candidate is a set of outputs with a name: a folder, or the saved outputs of a model. The target and the
input of each sample are read once, and every candidate that lacks a record is scored.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from threading import Lock

import torch

from iqabench.errors import IqabenchError
from iqabench.images import Case, Image
from iqabench.metrics import AnyColumn, Column, SetColumn
from iqabench.run.outcome import Outcome
from iqabench.run.prefetch import run_in_threads
from iqabench.run.progress import UNWATCHED, Watch
from iqabench.run.records import RecordMaker, score_many
from iqabench.run.references import References
from iqabench.run.scoring.targets import Targets
from iqabench.run.threads import CellKey, find_finished
from iqabench.store import Record, Store, Writer

NO_TARGET = "it has no target"
"""The reason of a sample of a set without targets."""


@dataclass(frozen=True)
class Candidate:
    """The outputs of one model, to be scored."""

    maker: RecordMaker
    """The maker of their records."""
    read: Callable[[str], Image]
    """The function that reads the output of a sample; it raises IqabenchError when there is none."""
    all_columns: list[AnyColumn]
    """The columns, bound to their references."""
    files: Sequence[str] = ()
    """The names of all outputs, where columns over the whole set take them without pairs."""
    read_file: Callable[[str], Image] | None = None
    """The function that reads one of `files`; None where columns over the whole set take samples."""
    saved: bool = False
    """True for outputs that a run saved."""

    @cached_property
    def columns(self) -> list[Column]:
        """The columns with a value for each image."""
        return [column for column in self.all_columns if isinstance(column, Column)]

    @cached_property
    def set_columns(self) -> list[SetColumn]:
        """The columns with a value for the whole set."""
        return [column for column in self.all_columns if isinstance(column, SetColumn)]

    @property
    def model(self) -> str:
        """The name of the model in the records."""
        return self.maker.origin.model

    @cached_property
    def keys(self) -> list[str]:
        """The content keys of its columns of single images."""
        return [self.maker.key(column) for column in self.columns]

    def finished(
        self, store: Store, writer: Writer, cells: Iterable[CellKey]
    ) -> set[tuple[str, str]]:
        """Return the pairs of key and sample that have a value.

        Records of version 0.1 that came with saved outputs count where these were made with as many threads.

        Raises: StoreError when records cannot be read or stored.
        """
        takes_over = not self.saved or self.maker.origin.threads == torch.get_num_threads()
        return find_finished(store, writer, cells, takes_over=takes_over)


@dataclass(frozen=True)
class Work:
    """The candidates with their targets, and the store for their records."""

    candidates: Sequence[Candidate]
    targets: Targets
    references: References
    store: Store
    writer: Writer
    outcome: Outcome
    watch: Watch = UNWATCHED
    force: bool = False
    """True to score images again that have a record."""
    batch: int = 1
    """The number of outputs that are scored together; more than one is faster only on a GPU."""


@dataclass(frozen=True)
class _ReadResult:
    """An image, or the reason why there is none."""

    image: Image | None
    error: str = ""


@dataclass(frozen=True)
class _Job:
    """The columns of a candidate that a sample has no record of."""

    sample: str
    candidate: Candidate
    columns: list[Column]


@dataclass(frozen=True)
class _LoadedJob:
    """A job with its images."""

    job: _Job
    output: _ReadResult
    target: _ReadResult
    input: _ReadResult

    @property
    def is_missing(self) -> bool:
        """True when the output is absent or cannot be read, or a target that there is cannot be read."""
        unread = bool(self.target.error) and self.target.error != NO_TARGET
        return self.output.image is None or unread


def score_candidates(work: Work, names: Iterable[str]) -> None:
    """Score the images without a record; the records of each image, or batch, are stored at once.

    Raises: StoreError when records cannot be stored.
    """
    names = list(names)
    jobs = _jobs(work, names)
    total = Counter(each.model for each in work.candidates for _ in names)
    todo = Counter(job.candidate.model for of_sample in jobs.values() for job in of_sample)
    done = {model: count - todo[model] for model, count in total.items()}
    keys = [key for candidate in work.candidates for key in candidate.keys]
    work.outcome.keys += keys
    work.outcome.limit(keys, names, len(work.targets.names))
    if not any(candidate.columns for candidate in work.candidates):
        return
    work.outcome.skipped += sum(done.values())
    for model in total:
        work.watch(f"{model} on {work.targets.subject.set}", done[model], total[model])
    loaded = run_in_threads(
        loader for name, of_sample in jobs.items() for loader in _loaders(work, name, of_sample)
    )
    for batch in _batches(loaded, work.batch):
        for each, records in zip(batch, _score(work, batch), strict=True):
            model = each.job.candidate.model
            work.writer.add(records)
            errors = (record.error for record in records)
            work.outcome.add(model, each.job.sample, errors, is_missing=each.is_missing)
            done[model] += 1
            work.watch(f"{model} on {work.targets.subject.set}", done[model], total[model])


def _jobs(work: Work, names: list[str]) -> dict[str, list[_Job]]:
    """Return the jobs of each sample; a candidate whose records are complete has none."""
    finished: set[tuple[str, str]] = set()
    for candidate in () if work.force else work.candidates:
        cells = (CellKey.of(candidate.maker, column) for column in candidate.columns)
        finished |= candidate.finished(work.store, work.writer, cells)
    jobs: dict[str, list[_Job]] = {}
    for name in names:
        jobs[name] = []
        for candidate in work.candidates:
            columns = zip(candidate.columns, candidate.keys, strict=True)
            missing = [column for column, key in columns if (key, name) not in finished]
            if missing:
                jobs[name].append(_Job(name, candidate, missing))
    return jobs


def _loaders(work: Work, name: str, jobs: list[_Job]) -> Iterator[Callable[[], _LoadedJob]]:
    """Yield a loader for each job, so that few outputs are in memory; jobs share the target and the input."""
    columns = [column for job in jobs for column in job.columns]
    references = {column.protocol.reference for column in columns}
    needs_target = any(column.needs_target for column in columns)
    needs_input = bool({"input", "model"} & references)
    target = _SharedImage(work.targets.target if needs_target else None, name, NO_TARGET)
    source = _SharedImage(work.targets.input if needs_input else None, name, "")
    return (partial(_load, job, target, source) for job in jobs)


def _load(job: _Job, target: "_SharedImage", source: "_SharedImage") -> _LoadedJob:
    return _LoadedJob(job, _read(job.candidate.read, job.sample), target.get(), source.get())


class _SharedImage:
    """An image that several threads need and only one reads.

    Without a function that reads it, there is no image; `error` is the reason.
    """

    def __init__(self, read: Callable[[str], Image] | None, name: str, error: str) -> None:
        self._read_image, self._name = read, name
        self._result: _ReadResult | None = None if read else _ReadResult(None, error)
        self._lock = Lock()

    def get(self) -> _ReadResult:
        """Return the image; the first call reads it."""
        with self._lock:
            if self._result is None:
                assert self._read_image is not None
                self._result = _read(self._read_image, self._name)
            return self._result


def _read(read: Callable[[str], Image], name: str) -> _ReadResult:
    try:
        return _ReadResult(read(name))
    except IqabenchError as error:
        return _ReadResult(None, str(error))


def _batches(jobs: Iterable[_LoadedJob], size: int) -> Iterator[list[_LoadedJob]]:
    """Yield lists of at most `size` neighbouring jobs that have the same columns."""
    batch: list[_LoadedJob] = []
    for each in jobs:
        if batch and (len(batch) == size or each.job.columns != batch[0].job.columns):
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch


def _score(work: Work, batch: list[_LoadedJob]) -> list[list[Record]]:
    """Return the records of each job of a batch."""
    cases = [_case(work, each) for each in batch if each.output.image is not None]
    columns, device = batch[0].job.columns, work.references.conditions.device
    results = iter(score_many(columns, cases, device, together=work.batch > 1))
    records = []
    for each in batch:
        maker, sample = each.job.candidate.maker, each.job.sample
        if each.output.image is None:
            records.append([maker.make_failed(c, sample, each.output.error) for c in columns])
            continue
        scores = zip(columns, next(results), strict=True)
        records.append([maker.make(column, sample, score, None) for column, score in scores])
    return records


def _case(work: Work, loaded: _LoadedJob) -> Case:
    assert loaded.output.image is not None
    conditions = work.references.conditions
    return Case(
        loaded.output.image,
        loaded.target.image,
        conditions.scale,
        conditions.device,
        work.references.of(loaded.job.sample, loaded.input.image),
        loaded.target.error or NO_TARGET,
    )
