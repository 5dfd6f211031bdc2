"""The columns over a whole set: features of every image, one distance, one record.

Images are read one by one and only their features stay in memory, however large the set is. A set with a
missing image has no value, because a value over fewer images would mean something else; so has one with an
image that cannot be read. Only part of the set (`--limit`) has a key of its own. Outputs in a folder need no
pairs: all of them are taken, and all targets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan

from iqabench.errors import IqabenchError
from iqabench.metrics import SetColumn
from iqabench.run.executors.job import Executor
from iqabench.run.outcome import Failure
from iqabench.run.references import load_pool
from iqabench.run.scores import Score
from iqabench.run.scoring.candidates import CandidateFacts, OpenCandidate
from iqabench.run.scoring.context import ScoringContext
from iqabench.run.scoring.features.job import FeatureJob
from iqabench.run.scoring.features.ledger import FeatureLedger
from iqabench.run.scoring.job import ScoringJob
from iqabench.run.scoring.ledger import ScoringLedger
from iqabench.run.scoring.sources import SetImages
from iqabench.run.threads import CellKey
from iqabench.store import WHOLE_SET


def score_sets(
    executor: Executor, scored: Sequence[ScoringLedger], context: ScoringContext
) -> None:
    """Compute the values over whole sets that lack a record, of sets whose candidates have been opened.

    Raises: StoreError when records cannot be stored.
    """
    ledgers: list[FeatureLedger] = []
    for ledger in scored:
        if ledger.opening is not None:
            ledgers += _ledgers(ledger, context)
    executor.run(ledgers)


def _ledgers(scored: ScoringLedger, context: ScoringContext) -> Iterator[FeatureLedger]:
    """Yield a ledger for each side of each value that lacks a record; values share their references."""
    assert scored.opening is not None
    job, opening, outcome = scored.job, scored.opening, context.outcome
    references: dict[SetColumn, FeatureLedger] = {}
    for facts, candidate in zip(job.candidates, opening.candidates, strict=True):
        cells = dict(zip(candidate.set_columns, candidate.set_cells, strict=True))
        outcome.keys += [cell.key for cell in cells.values()]
        finished = context.finished(candidate, cells.values(), opening.threads)
        for column, cell in cells.items():
            if (cell.key, WHOLE_SET) in finished:
                outcome.skipped += len(job.set_names)
                continue
            value = _SetValue(candidate, column, cell, len(facts.files or job.set_names), context)
            if column.lack:
                value.store(Score(nan, column.lack))
                continue
            try:
                outputs = FeatureLedger(_of_outputs(job, facts, column), context.watch)
                is_new = column not in references
                if is_new:
                    references[column] = FeatureLedger(_of_reference(job, column), context.watch)
            except IqabenchError as error:
                value.store(Score(nan, f"{column.name}: {error}"))
                continue
            value.take(outputs, references[column])
            yield outputs
            if is_new:
                yield references[column]


def _of_outputs(job: ScoringJob, facts: CandidateFacts, column: SetColumn) -> FeatureJob:
    name, conditions = f"{column.name} of {facts.origin.model}", job.references.conditions
    if facts.read_file is None:
        return FeatureJob(name, column, facts.read, job.set_names, conditions)
    return FeatureJob(name, column, facts.read_file, tuple(facts.files), conditions)


def _of_reference(job: ScoringJob, column: SetColumn) -> FeatureJob:
    """Return the features of the targets, or of the pool."""
    conditions = job.references.conditions
    if column.protocol.reference == "pool":
        pool = load_pool(column.protocol.named, job.references.reading)
        names = tuple(sample.name for sample in pool.samples)
        source = SetImages(pool, "pristine")
        return FeatureJob(f"{column.name}: the pool", column, source, names, conditions)
    assert job.target is not None  # a column that needs targets is refused without
    name = f"{column.name}: the targets"
    return FeatureJob(name, column, job.target, job.set_names, conditions)


@dataclass
class _SetValue:
    """A value over a whole set, which is stored once both its sides are there."""

    candidate: OpenCandidate
    column: SetColumn
    cell: CellKey
    images: int
    context: ScoringContext
    is_stored: bool = False

    def take(self, outputs: FeatureLedger, reference: FeatureLedger) -> None:
        """Store the distance of the outputs from the reference as soon as both are known."""

        def settle() -> None:
            if self.is_stored:
                return
            failed = next((side for side in (outputs, reference) if side.error), None)
            if failed is not None:
                self.store(Score(nan, f"{self.column.name}: {failed.error}"))
            elif outputs.is_done and reference.is_done:
                self.store(self._distance(outputs, reference))
                outputs.summary = None  # it may hold the features of all images

        waiting = reference.is_wanted if reference.when_done else lambda: False
        reference.is_wanted = lambda: waiting() or not self.is_stored
        outputs.when_done.append(settle)
        reference.when_done.append(settle)

    def store(self, result: Score) -> None:
        """Store the record of the value, or of the reason why there is none."""
        self.is_stored = True
        context, candidate = self.context, self.candidate
        record = candidate.maker.of_whole_set(self.column, result, self.images, candidate.subset)
        context.writer.add([record])
        context.outcome.done += self.images
        if result.error:
            context.outcome.failures.append(Failure(result.error, candidate.model))

    def _distance(self, outputs: FeatureLedger, reference: FeatureLedger) -> Score:
        try:
            return Score(self.column.metric(outputs.summary, reference.summary))
        except IqabenchError as error:
            return Score(nan, f"{self.column.name}: {error}")
