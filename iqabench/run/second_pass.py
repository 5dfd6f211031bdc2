"""The second pass: columns that need the outputs of all models, or of a whole set."""

from collections.abc import Sequence
from dataclasses import dataclass

from iqabench.errors import IqabenchError, StoreError
from iqabench.metrics import AnyColumn
from iqabench.run.conditions import Conditions
from iqabench.run.context import RunContext
from iqabench.run.executors.local import LocalExecutor
from iqabench.run.outcome import Failure, Outcome
from iqabench.run.records import RecordMaker
from iqabench.run.scoring.candidates import CandidateFacts
from iqabench.run.scoring.context import ScoringContext
from iqabench.run.scoring.job import ReferenceFacts, ScoringJob
from iqabench.run.scoring.score import score_jobs
from iqabench.run.scoring.sources import SavedImages
from iqabench.run.scoring.targets import targets_of
from iqabench.sets import SampleSet
from iqabench.store import OutputFolder, Writer


@dataclass(frozen=True)
class WaitingOutputs:
    """The outputs of one model on one set, with the columns that wait for the outputs of other models."""

    images: SampleSet
    outputs: OutputFolder
    maker: RecordMaker
    columns: Sequence[AnyColumn]
    """The columns that wait for the second pass."""


@dataclass(frozen=True)
class SecondPass:
    """The context of the run, and the places to which the second pass writes."""

    context: RunContext
    writer: Writer
    outcome: Outcome


def score_second_pass(waiting: Sequence[WaitingOutputs], second_pass: SecondPass) -> None:
    """Score the waiting columns, set by set.

    Raises: StoreError when records cannot be stored; other errors cost only their set.
    """
    by_set: dict[str, list[WaitingOutputs]] = {}
    for outputs in waiting:
        by_set.setdefault(outputs.images.address, []).append(outputs)
    for of_set in by_set.values():
        images = of_set[0].images
        try:
            _score(images, of_set, second_pass)
        except StoreError:
            raise
        except IqabenchError as error:
            second_pass.outcome.failures.append(Failure(str(error), images.name))


def _score(images: SampleSet, waiting: Sequence[WaitingOutputs], second_pass: SecondPass) -> None:
    context = second_pass.context
    options = context.options
    conditions = Conditions(images.scale, context.device, options.precision, options.tile)
    names = tuple(sample.name for sample in images.samples)
    chosen = names[: options.limit]
    targets = targets_of(images)
    job = ScoringJob(
        targets.subject,
        chosen,
        chosen,
        len(names),
        tuple(
            CandidateFacts(each.maker.origin, SavedImages(each.outputs), each.columns, saved=True)
            for each in waiting
        ),
        targets.target,
        targets.input,
        targets.mask,
        targets.parts,
        ReferenceFacts(conditions, members=tuple(each.outputs for each in waiting)),
        second_pass.writer.run,
    )
    scoring = ScoringContext(
        context.store, second_pass.writer, second_pass.outcome, context.watch, options.force
    )
    score_jobs(LocalExecutor(context.device), [job], scoring)
