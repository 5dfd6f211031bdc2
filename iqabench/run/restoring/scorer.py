"""The scoring of restored samples: it needs no model, so that it may run on another worker."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import nan

from iqabench.images import Case, Part
from iqabench.metrics import Column
from iqabench.models.core.restore_parts import RestoredParts
from iqabench.run.prefetch import LoadedSample
from iqabench.run.records import RecordMaker
from iqabench.run.references import References
from iqabench.run.restoring.result_files import FileMaker, ResultFiles
from iqabench.run.scores import Score, depth_trouble, rounding_trouble, score
from iqabench.samples import Sample, frame_of
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
    """The depth of its pixels; only protocols of bands and magnitudes compare more than 8 bits."""


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
class Restoration:
    """A sample with its outputs, before it is scored."""

    loaded: LoadedSample
    restored: RestoredParts | None
    duration_ms: float
    error: str
    """The reason why nothing was restored; empty on success."""


@dataclass(frozen=True)
class CellScorer:
    """The columns of a cell, with all that their values and files need; it is pickled where it `travels`."""

    device: str
    """The device of metrics that are networks."""
    references: References
    maker: RecordMaker
    outputs: tuple[ScoredOutput, ...]
    files: FileMaker | None
    """The maker of crops and kept outputs; None to make none."""
    shows_target: frozenset[str] = frozenset()
    """The samples whose crops of input and target are there already."""

    def score(self, restoration: Restoration) -> SampleResult:
        """Return the result of a sample, with a record for each column."""
        loaded, restored = restoration.loaded, restoration.restored
        if restored is None or loaded.sample is None:
            records = [
                self.maker.make_failed(column, loaded.name, restoration.error, output.role)
                for output in self.outputs
                for column in output.columns
            ]
            is_missing = loaded.sample is None
            return SampleResult(loaded.name, records, restoration.error, is_missing=is_missing)
        records = [
            record
            for output in self.outputs
            for record in self._records(output, restoration, loaded.sample, restored)
        ]
        files = ResultFiles()
        if self.files is not None:
            with_target = loaded.name not in self.shows_target
            files = self.files.make(loaded.sample, restored, with_target=with_target)
        return SampleResult(loaded.name, records, "", files)

    def split(self) -> tuple["CellScorer", "CellScorer"]:
        """Return the scorer of the columns that need the worker of the model, and that of all others.

        The second one travels: it makes the files, too, and its columns need neither a network nor a model.
        """
        near = replace(self, outputs=self._outputs_of(travel=False), files=None)
        conditions = replace(self.references.conditions, device="cpu")
        far = replace(
            self,
            device="cpu",
            references=References(conditions, self.references.recipe),
            outputs=self._outputs_of(travel=True),
        )
        return near, far

    def _outputs_of(self, *, travel: bool) -> tuple[ScoredOutput, ...]:
        return tuple(
            replace(output, columns=tuple(c for c in output.columns if _travels(c) == travel))
            for output in self.outputs
        )

    def _records(
        self,
        output: ScoredOutput,
        restoration: Restoration,
        sample: Sample,
        restored: RestoredParts,
    ) -> Iterator[Record]:
        """Yield a record for each column; for clips also a record for each column and frame."""
        target = sample.part(output.compared_with)
        reasons = {c: _depth_reason(c, output.depth, target) for c in output.columns}
        columns = [column for column, reason in reasons.items() if not reason]
        for column, reason in reasons.items():
            if reason:
                yield self.maker.make_failed(column, sample.name, reason, output.role)
        if not columns:
            return
        clip = restored.parts[output.role or "output"]
        trouble = _length_trouble(output, sample, len(clip))
        for column in columns if trouble else ():
            yield self.maker.make_failed(column, sample.name, trouble, output.role)
        for chosen, group in ({} if trouble else _by_frames(columns, len(clip))).items():
            cases = [self._case(output, sample, restored, t) for t in chosen]
            by_frame = [score([c for c in group if not _looks_at_clips(c)], case) for case in cases]
            rows = zip(*by_frame, strict=True)
            for column in group:
                if _looks_at_clips(column):
                    scores = _of_whole_clip(column, cases)
                else:
                    scores = dict(zip(chosen, next(rows, ()), strict=True))
                yield from self._of_clip(column, output, restoration, restored, scores, len(clip))

    def _of_clip(
        self,
        column: Column,
        output: ScoredOutput,
        restoration: Restoration,
        restored: RestoredParts,
        scores: Mapping[int, Score],
        length: int,
    ) -> Iterator[Record]:
        """Yield the record of a column for a clip, and one for each of its frames that are compared."""
        if not scores:
            reason = (
                f"protocol '{column.protocol.name}' compares the frames {column.protocol.frames} of a clip, "
                f"and none of {length} is left; choose a longer clip, or a protocol of all frames"
            )
            yield self.maker.make_failed(column, restoration.loaded.name, reason, output.role)
            return
        record = self.maker.make(
            column,
            restoration.loaded.name,
            next(iter(scores.values())) if len(scores) == 1 else mean_over_frames(scores),
            None if restored.is_stored else restoration.duration_ms,
            restored.tile,
            restored.tile_note,
            role=output.role,
            decoder=restoration.loaded.sample.decoder if restoration.loaded.sample else "",
        )
        yield record
        if length > 1 and not _looks_at_clips(column):
            yield from self.maker.of_frames(record, scores)

    def _case(
        self, output: ScoredOutput, sample: Sample, restored: RestoredParts, frame: int
    ) -> Case:
        target, mask = sample.part(output.compared_with), sample.part("mask")
        length = len(restored.parts[output.role or "output"])
        source = _source(sample, length)
        return Case(
            frame_of(restored.parts[output.role or "output"], frame),
            None if target is None else frame_of(target, frame),
            output.scale,
            self.device,
            self.references.of(
                sample.name, frame_of(source, frame) if source is not None else None
            ),
            mask=None if mask is None else frame_of(mask, frame),
            no_target="it has no target",
            parts=sample.parts,
            costs=restored.costs,
        )


def _depth_reason(column: Column, depth: str, target: Part | None) -> str:
    """Return the reason why a column has no value for such an output or target; empty where it has one."""
    if not column.protocol.takes(depth):
        return f"{depth_trouble(column, depth)}; --save-outputs keeps it as it is"
    return rounding_trouble(column, target)


def _travels(column: Column) -> bool:
    """Return whether a column can be computed anywhere, with the same digits."""
    return not column.metric.network and column.protocol.reference in ("target", "input")


def _of_whole_clip(column: Column, cases: Sequence[Case]) -> dict[int, Score]:
    """Return the score of a column for all frames at once; none where there are no frames."""
    if not cases:
        return {}
    return {0: score([column], replace(cases[0], clip=tuple(cases)))[0]}


def _looks_at_clips(column: Column) -> bool:
    """Return whether a column has one value for all frames, and none for a frame by itself."""
    return column.metric.reference == "clip"


def _by_frames(columns: Sequence[Column], length: int) -> dict[tuple[int, ...], list[Column]]:
    """Return the columns by the frames of a clip that their protocols compare."""
    groups: dict[tuple[int, ...], list[Column]] = {}
    for column in columns:
        groups.setdefault(tuple(column.protocol.chosen_frames(length)), []).append(column)
    return groups


def _length_trouble(output: ScoredOutput, sample: Sample, length: int) -> str:
    """Return the reason why an output cannot be compared with its target frame by frame, or no text."""
    target = sample.part(output.compared_with)
    if target is None or len(target) in (1, length):
        return ""
    return (
        f"the {output.role or 'output'} has {length} frames and the {output.compared_with} {len(target)}; "
        "expected as many. Frames of different moments are never compared: choose a model that makes every "
        "frame of the target"
    )


def _source(sample: Sample, length: int) -> Part | None:
    """Return the part whose frames an output of this length is compared with, once it is degraded again."""
    for role in ("input", "low_target"):
        part = sample.part(role)
        if part is not None and len(part) in (1, length):
            return part
    return None


def mean_over_frames(scores: Mapping[int, Score]) -> Score:
    """Return the mean over the frames of a clip, or the error of the first frame that has one."""
    for frame, result in scores.items():
        if result.error:
            return Score(nan, f"frame {frame}: {result.error}")
    return Score(sum(result.value for result in scores.values()) / len(scores))
