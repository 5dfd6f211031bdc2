"""Scoring outputs that exist: one pass over the samples, any number of columns and of candidates.

A candidate is a set of outputs with a name: a folder, or what one model of a run left. Sample by sample the
target and the input are read once, and every candidate that lacks a record is scored.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from iqabench.errors import IqabenchError
from iqabench.images import Image
from iqabench.metrics import AnyColumn, Column, SetColumn
from iqabench.run.outcome import Outcome, Watch
from iqabench.run.prefetch import ahead
from iqabench.run.records import RecordMaker, score
from iqabench.run.references import References
from iqabench.run.targets import Targets
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


@dataclass(frozen=True)
class _Got:
    """An image, or the reason why there is none."""

    image: Image | None
    error: str = ""


@dataclass(frozen=True)
class _Loaded:
    """All that is needed for one sample."""

    name: str
    target: _Got
    input: _Got
    outputs: list[tuple[Candidate, _Got]]


def score_candidates(work: Work, names: Iterable[str]) -> None:
    """Score what lacks a record; after each image its records are safe in the store.

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
    jobs = (partial(_load, work, name, lacking) for name, lacking in todo.items() if lacking)
    for loaded in ahead(jobs):
        for candidate, output in loaded.outputs:
            records = _score(work, loaded, candidate, output)
            work.writer.add(records)
            work.outcome.tell(candidate.model, loaded.name, (r.error for r in records))
            done += 1
            work.watch(f"{candidate.model} on {work.targets.subject.set}", done, total)


def _missing(work: Work, names: list[str]) -> dict[str, list[Candidate]]:
    """For each sample the candidates that lack a record of it."""
    there = set() if work.force else work.store.finished(k for c in work.candidates for k in c.keys)
    return {
        name: [c for c in work.candidates if any((key, name) not in there for key in c.keys)]
        for name in names
    }


def _load(work: Work, name: str, lacking: list[Candidate]) -> _Loaded:
    columns = [c for candidate in lacking for c in candidate.columns]
    references = {c.protocol.reference for c in columns}
    target = any(c.needs_target for c in columns) and work.targets.target
    given = bool({"input", "model"} & references) and work.targets.input
    return _Loaded(
        name,
        _get(target, name) if target else _Got(None, "it has no target"),
        _get(given, name) if given else _Got(None),
        [(candidate, _get(candidate.read, name)) for candidate in lacking],
    )


def _get(load: Callable[[str], Image], name: str) -> _Got:
    try:
        return _Got(load(name))
    except IqabenchError as error:
        return _Got(None, str(error))


def _score(work: Work, loaded: _Loaded, candidate: Candidate, output: _Got) -> list[Record]:
    maker, columns = candidate.maker, candidate.columns
    if output.image is None:
        return [maker.failed(c, loaded.name, output.error) for c in columns]
    found = score(
        columns, output.image, loaded.target.image, maker.subject.scale,
        work.references.conditions.device, work.references.of(loaded.name, loaded.input.image),
        loaded.target.error,
    )  # fmt: skip
    return [maker.make(c, loaded.name, v, None) for c, v in zip(columns, found, strict=True)]
