"""The second pass: columns that need the outputs of all models, or of a whole set."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from iqabench.errors import IqabenchError, StoreError
from iqabench.metrics import AnyColumn
from iqabench.run.conditions import Conditions
from iqabench.run.context import RunContext
from iqabench.run.outcome import Failure, Outcome
from iqabench.run.output_folders import read_output
from iqabench.run.records import RecordMaker
from iqabench.run.references import References
from iqabench.run.scoring.candidates import Candidate, Work, score_candidates
from iqabench.run.scoring.targets import targets_of
from iqabench.run.scoring.whole_set import score_sets
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
    references = References(conditions, members=[each.outputs for each in waiting])
    candidates = [
        Candidate(
            each.maker,
            partial(read_output, each.outputs),
            references.bind(each.columns),
            saved=True,
        )
        for each in waiting
    ]
    work = Work(
        candidates,
        targets_of(images),
        references,
        context.store,
        second_pass.writer,
        second_pass.outcome,
        context.watch,
        options.force,
    )
    names = [sample.name for sample in images.samples[: options.limit]]
    score_candidates(work, names)
    score_sets(work, names)
