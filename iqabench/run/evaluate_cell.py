"""One cell through the loop: every sample is restored and scored.

    for sample in samples:
        outputs = restore_parts(model, sample.parts)
        for column in columns:
            record(column, Case(outputs[role], sample.parts[target_role]))

Nothing here writes, counts or shows progress, so that an executor may do it anywhere.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import nan
from typing import TypeVar

from iqabench.images import Case
from iqabench.metrics import Column
from iqabench.models.core.model import Model
from iqabench.models.core.restore_parts import RestoredParts, restore_parts
from iqabench.protocol import Domain
from iqabench.run.conditions import Conditions
from iqabench.run.failures import attempt
from iqabench.run.prefetch import Loaded, prefetch
from iqabench.run.records import RecordMaker, Score, score
from iqabench.run.references import References
from iqabench.samples import Sample, frame_of
from iqabench.sets import SampleRef
from iqabench.store import Record
from iqabench.tasks import Ratio

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class ScoredOutput:
    """An output of the model, the part that it is compared with, and the columns that are wanted of it."""

    role: str
    """The role of the output; empty for the output itself."""
    compared_with: str
    """The role of the part that full-reference metrics compare it with."""
    columns: tuple[Column, ...]
    """The columns, bound to what they compare with."""
    scale: Ratio
    """The scale by which protocols shave it."""


@dataclass(frozen=True)
class CellJob:
    """One cell with a loaded model and everything that is needed to evaluate it."""

    model: Model
    domain: Domain
    conditions: Conditions
    settings: Mapping[str, float]
    """The settings of the model, all of them."""
    references: References
    maker: RecordMaker
    outputs: tuple[ScoredOutput, ...]


@dataclass(frozen=True)
class SampleResult:
    """The result of one sample: its records, and what they are of."""

    name: str
    records: list[Record]
    error: str = ""
    """The reason why nothing was restored."""
    sample: Sample | None = None
    restored: RestoredParts | None = None


@dataclass(frozen=True)
class _Restoration:
    """A sample on its way between the model and the metrics."""

    loaded: Loaded
    restored: RestoredParts | None
    spent_ms: float
    error: str


def evaluate_cell(job: CellJob, samples: Iterable[SampleRef]) -> Iterator[SampleResult]:
    """Yield the result of each sample in order; one that fails does not stop the others."""
    restorations = (_restore(job, loaded) for loaded in prefetch(samples, job.domain))
    aside = scores_aside(job.model)
    return _mapped(lambda restoration: _scored(job, restoration), restorations, aside=aside)


def scores_aside(model: Model) -> bool:
    """Return whether one image can be scored while the next is restored without getting in its way."""
    return model.device.type == "cuda"


def _mapped(work: Callable[[T], R], items: Iterable[T], *, aside: bool) -> Iterator[R]:
    """Yield the work's results in order, computed in a thread one item behind where `aside` is true."""
    if not aside:
        yield from map(work, items)
        return
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="score") as pool:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _restore(job: CellJob, loaded: Loaded) -> _Restoration:
    sample = loaded.sample
    if sample is None:
        return _Restoration(loaded, None, 0.0, loaded.error)
    start = time.perf_counter()
    restored, error = attempt(
        lambda: restore_parts(job.model, sample.parts, job.conditions.tile, job.settings),
        "the model",
    )
    return _Restoration(loaded, restored, (time.perf_counter() - start) * 1000.0, error)


def _scored(job: CellJob, restoration: _Restoration) -> SampleResult:
    loaded, restored = restoration.loaded, restoration.restored
    if restored is None or loaded.sample is None:
        records = [
            job.maker.failed(column, loaded.name, restoration.error, output.role)
            for output in job.outputs
            for column in output.columns
        ]
        return SampleResult(loaded.name, records, restoration.error)
    records = [
        record
        for output in job.outputs
        for record in _records(job, output, restoration, loaded.sample, restored)
    ]
    return SampleResult(loaded.name, records, "", loaded.sample, restored)


def _records(
    job: CellJob,
    output: ScoredOutput,
    restoration: _Restoration,
    sample: Sample,
    restored: RestoredParts,
) -> Iterator[Record]:
    """Yield a record for each column and, of a clip, for each column and frame besides."""
    columns = list(output.columns)
    clip = restored.parts[output.role or "output"]
    by_frame = [score(columns, _case(job, output, sample, restored, t)) for t in range(len(clip))]
    for at, column in enumerate(columns):
        scores = [scores_of_frame[at] for scores_of_frame in by_frame]
        record = job.maker.make(
            column,
            sample.name,
            scores[0] if len(scores) == 1 else mean_over_frames(scores),
            restoration.spent_ms,
            restored.tile,
            restored.tile_note,
            role=output.role,
        )
        yield record
        if len(scores) > 1:
            yield from job.maker.of_frames(record, scores)


def _case(
    job: CellJob, output: ScoredOutput, sample: Sample, restored: RestoredParts, frame: int
) -> Case:
    target, source = sample.part(output.compared_with), sample.part("input")
    length = len(restored.parts[output.role or "output"])
    matches = source is not None and len(source) in (1, length)
    return Case(
        frame_of(restored.parts[output.role or "output"], frame),
        None if target is None else frame_of(target, frame),
        output.scale,
        job.conditions.device,
        job.references.of(
            sample.name, frame_of(source, frame) if source is not None and matches else None
        ),
        "it has no target",
    )


def mean_over_frames(scores: list[Score]) -> Score:
    """Return the mean over the frames of a clip; without a value where a frame has none."""
    for frame, one in enumerate(scores):
        if one.error:
            return Score(nan, f"frame {frame}: {one.error}")
    return Score(sum(one.value for one in scores) / len(scores))
