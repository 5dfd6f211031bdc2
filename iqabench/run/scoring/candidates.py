"""Scoring outputs that exist: one pass over the samples, any number of columns and of candidates.

A candidate is a set of outputs with a name: a folder, or what one model of a run left. Sample by sample the
target and the input are read once, and every candidate that lacks a record is scored.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from threading import Lock

from iqabench.errors import IqabenchError
from iqabench.images import Case, Image
from iqabench.metrics import AnyColumn, Column, SetColumn
from iqabench.run.outcome import Outcome, Watch
from iqabench.run.prefetch import ahead
from iqabench.run.records import RecordMaker, score_many
from iqabench.run.references import References
from iqabench.run.scoring.targets import Targets
from iqabench.store import Record, Store, Writer


@dataclass(frozen=True)
class Candidate:
    """Outputs to score."""

    maker: RecordMaker
    """Makes their records."""
    read: Callable[[str], Image]
    """The output of a sample. Raises: IqabenchError when there is none."""
    bound: list[AnyColumn]
    """Its columns, bound to what they compare with."""

    @cached_property
    def columns(self) -> list[Column]:
        """Those that have a value for each image."""
        return [c for c in self.bound if isinstance(c, Column)]

    @cached_property
    def set_columns(self) -> list[SetColumn]:
        """Those over the whole set."""
        return [c for c in self.bound if isinstance(c, SetColumn)]

    @property
    def model(self) -> str:
        """The name under which the records stand."""
        return self.maker.origin.model

    @cached_property
    def keys(self) -> list[str]:
        """The content keys of its columns of single images."""
        return [self.maker.key(c) for c in self.columns]


@dataclass(frozen=True)
class Work:
    """What is scored, against what, and where it goes."""

    candidates: Sequence[Candidate]
    targets: Targets
    references: References
    store: Store
    writer: Writer
    outcome: Outcome
    watch: Watch = lambda *_: None
    force: bool = False
    """Score again what has a record already."""
    batch: int = 1
    """Outputs that are scored together: worth it on a GPU alone."""


@dataclass(frozen=True)
class _Got:
    """An image, or the reason why there is none."""

    image: Image | None
    error: str = ""


@dataclass(frozen=True)
class _Lack:
    """Columns of a candidate that a sample has no record of."""

    candidate: Candidate
    columns: list[Column]


@dataclass(frozen=True)
class _One:
    """All that is needed to fill one lack."""

    sample: str
    lack: _Lack
    output: _Got
    target: _Got
    input: _Got


def score_candidates(work: Work, names: Iterable[str]) -> None:
    """Score what lacks a record; after each image, or batch, its records are safe in the store.

    Raises: StoreError when records cannot be kept.
    """
    names = list(names)
    todo = _missing(work, names)
    total = len(names) * len(work.candidates)
    done = total - sum(map(len, todo.values()))
    work.outcome.keys += [key for c in work.candidates for key in c.keys]
    if not any(c.columns for c in work.candidates):
        return
    work.outcome.found += done
    ones = ahead(job for name, lacking in todo.items() for job in _jobs(work, name, lacking))
    for batch in _batches(ones, work.batch):
        for one, records in zip(batch, _score(work, batch), strict=True):
            work.writer.add(records)
            work.outcome.tell(one.lack.candidate.model, one.sample, (r.error for r in records))
            done += 1
            work.watch(f"{one.lack.candidate.model} on {work.targets.subject.set}", done, total)


def _missing(work: Work, names: list[str]) -> dict[str, list[_Lack]]:
    """For each sample what candidates lack."""
    there = set() if work.force else work.store.finished(k for c in work.candidates for k in c.keys)
    todo: dict[str, list[_Lack]] = {}
    for name in names:
        lacks = [
            _Lack(
                c, [x for x, key in zip(c.columns, c.keys, strict=True) if (key, name) not in there]
            )
            for c in work.candidates
        ]
        todo[name] = [lack for lack in lacks if lack.columns]
    return todo


def _jobs(work: Work, name: str, lacking: list[_Lack]) -> Iterator[Callable[[], _One]]:
    """One for each candidate, so that few outputs are in memory; they share the target and the input."""
    columns = [c for lack in lacking for c in lack.columns]
    references = {c.protocol.reference for c in columns}
    wanted = work.targets.target if any(c.needs_target for c in columns) else None
    given = work.targets.input if {"input", "model"} & references else None
    target = _Once(wanted, name, "it has no target")
    source = _Once(given, name, "")
    return (partial(_load, name, lack, target, source) for lack in lacking)


def _load(name: str, lack: _Lack, target: "_Once", source: "_Once") -> _One:
    return _One(name, lack, _get(lack.candidate.read, name), target.get(), source.get())


class _Once:
    """An image that several threads ask for and one reads; without a way to read it, the reason why."""

    def __init__(self, load: Callable[[str], Image] | None, name: str, otherwise: str) -> None:
        self._load, self._name = load, name
        self._got: _Got | None = None if load else _Got(None, otherwise)
        self._lock = Lock()

    def get(self) -> _Got:
        """The image, read when first asked for."""
        with self._lock:
            if self._got is None:
                assert self._load is not None
                self._got = _get(self._load, self._name)
            return self._got


def _get(load: Callable[[str], Image], name: str) -> _Got:
    try:
        return _Got(load(name))
    except IqabenchError as error:
        return _Got(None, str(error))


def _batches(ones: Iterable[_One], size: int) -> Iterator[list[_One]]:
    """Of one after the other so many, as long as they lack the same."""
    batch: list[_One] = []
    for one in ones:
        if batch and (len(batch) == size or one.lack.columns != batch[0].lack.columns):
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def _score(work: Work, batch: list[_One]) -> list[list[Record]]:
    scored = [_case(work, one) for one in batch if one.output.image is not None]
    columns, where = batch[0].lack.columns, work.references.conditions
    found = iter(score_many(columns, scored, where.device, together=work.batch > 1))
    return [
        [one.lack.candidate.maker.failed(c, one.sample, one.output.error) for c in columns]
        if one.output.image is None
        else [
            one.lack.candidate.maker.make(c, one.sample, v, None)
            for c, v in zip(columns, next(found), strict=True)
        ]
        for one in batch
    ]


def _case(work: Work, one: _One) -> Case:
    assert one.output.image is not None
    conditions = work.references.conditions
    return Case(
        one.output.image,
        one.target.image,
        conditions.scale,
        conditions.device,
        work.references.of(one.sample, one.input.image),
        one.target.error or "it has no target",
    )
