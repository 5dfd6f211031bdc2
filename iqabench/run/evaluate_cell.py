"""The evaluation of one cell: every sample is restored and scored.

    for sample in samples:
        outputs = restore_parts(model, sample.parts)
        for column in columns:
            record(column, Case(outputs[role], sample.parts[target_role]))

Nothing here writes, counts or shows progress, so that an executor may run it anywhere.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from math import nan

from iqabench.crashes import is_isolated
from iqabench.images import Case
from iqabench.metrics import Column
from iqabench.models.core.model import Model
from iqabench.models.core.restore_parts import RestoredParts, restore_parts
from iqabench.run.conditions import Conditions
from iqabench.run.failures import attempt, watching_model
from iqabench.run.overlap import map_beside, scoring_threads
from iqabench.run.prefetch import LoadedSample, LoadSample, prefetch
from iqabench.run.records import RecordMaker, Score, score
from iqabench.run.references import References
from iqabench.run.restoring.result_files import FileMaker, ResultFiles
from iqabench.samples import Sample, frame_of
from iqabench.sets import SampleRef
from iqabench.store import Record
from iqabench.tasks import Ratio


@dataclass(frozen=True)
class ScoredOutput:
    """An output of the model, the part that it is compared with, and its columns."""

    role: str
    """The role of the output; empty for the role `output`."""
    compared_with: str
    """The role of the part that full-reference metrics compare it with."""
    columns: tuple[Column, ...]
    """The columns, bound to their references."""
    scale: Ratio
    """The scale, which decides the border that protocols shave off."""
    depth: str = "uint8"
    """The depth of its pixels; metrics see images of 8 bits."""


@dataclass(frozen=True)
class CellJob:
    """One cell with its loaded model and all that its evaluation needs."""

    model: Model
    load: LoadSample
    """The function that loads its samples; several threads call it."""
    conditions: Conditions
    settings: Mapping[str, float]
    """The values of all settings of the model."""
    references: References
    maker: RecordMaker
    outputs: tuple[ScoredOutput, ...]
    files: FileMaker
    """The maker of crops and kept outputs."""
    shows_target: frozenset[str] = frozenset()
    """The samples whose crops of input and target are there already."""


@dataclass(frozen=True)
class SampleResult:
    """The result of one sample: its records, and the files that belong to them."""

    name: str
    records: list[Record]
    error: str = ""
    """The reason why nothing was restored; empty on success."""
    files: ResultFiles = field(default_factory=ResultFiles)
    is_missing: bool = False
    """True when the parts of the sample are absent or cannot be read."""


@dataclass(frozen=True)
class _Restoration:
    """A sample with its outputs, before it is scored."""

    loaded: LoadedSample
    restored: RestoredParts | None
    duration_ms: float
    error: str


def evaluate_cell(job: CellJob, samples: Iterable[SampleRef]) -> Iterator[SampleResult]:
    """Yield the result of each sample in order; a sample that fails does not stop the others.

    Samples are decoded in threads, and scored in threads where the network leaves processors. After a crash
    each is done before the next one begins, so that the crash can be charged to its cause.
    """
    isolated = is_isolated()
    loaded = prefetch(samples, job.load, in_threads=not isolated)
    restorations = (_restore(job, each, isolated=isolated) for each in loaded)
    columns = [column for output in job.outputs for column in output.columns]
    threads = 0 if isolated else scoring_threads(job.model, columns)
    return map_beside(partial(_score, job), restorations, threads)


def _restore(job: CellJob, loaded: LoadedSample, *, isolated: bool) -> _Restoration:
    sample = loaded.sample
    if sample is None:
        return _Restoration(loaded, None, 0.0, loaded.error)
    start = time.perf_counter()
    work = partial(_restored, job, sample, isolated=isolated)
    restored, error = attempt(work, "the model")
    return _Restoration(loaded, restored, (time.perf_counter() - start) * 1000.0, error)


def _restored(job: CellJob, sample: Sample, *, isolated: bool) -> RestoredParts:
    about = f"the image '{sample.name}'"
    with watching_model("restore", job.model, about, isolated=isolated):
        return restore_parts(job.model, sample.parts, job.conditions.tile, job.settings)


def _score(job: CellJob, restoration: _Restoration) -> SampleResult:
    loaded, restored = restoration.loaded, restoration.restored
    if restored is None or loaded.sample is None:
        records = [
            job.maker.make_failed(column, loaded.name, restoration.error, output.role)
            for output in job.outputs
            for column in output.columns
        ]
        is_missing = loaded.sample is None
        return SampleResult(loaded.name, records, restoration.error, is_missing=is_missing)
    records = [
        record
        for output in job.outputs
        for record in _records(job, output, restoration, loaded.sample, restored)
    ]
    with_target = loaded.name not in job.shows_target
    files = job.files.make(loaded.sample, restored, with_target=with_target)
    return SampleResult(loaded.name, records, "", files)


def _records(
    job: CellJob,
    output: ScoredOutput,
    restoration: _Restoration,
    sample: Sample,
    restored: RestoredParts,
) -> Iterator[Record]:
    """Yield a record for each column; for clips also a record for each column and frame."""
    columns = list(output.columns)
    if output.depth != "uint8":
        reason = (
            f"metrics see images of 8 bits, and this output is {output.depth}; --save-outputs keeps it "
            "as it is"
        )
        yield from (job.maker.make_failed(c, sample.name, reason, output.role) for c in columns)
        return
    clip = restored.parts[output.role or "output"]
    by_frame = [score(columns, _case(job, output, sample, restored, t)) for t in range(len(clip))]
    for index, column in enumerate(columns):
        scores = [scores_of_frame[index] for scores_of_frame in by_frame]
        record = job.maker.make(
            column,
            sample.name,
            scores[0] if len(scores) == 1 else mean_over_frames(scores),
            restoration.duration_ms,
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
    """Return the mean over the frames of a clip, or the error of the first frame that has one."""
    for frame, result in enumerate(scores):
        if result.error:
            return Score(nan, f"frame {frame}: {result.error}")
    return Score(sum(result.value for result in scores) / len(scores))
