"""Columns that wait until every model has left its outputs: against their consensus, or over a whole set."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from iqabench.errors import IqabenchError, StoreError
from iqabench.metrics import AnyColumn
from iqabench.run.conditions import Conditions
from iqabench.run.outcome import Failure, Outcome, Watch
from iqabench.run.output_folders import read_output
from iqabench.run.plan import Options
from iqabench.run.records import RecordMaker
from iqabench.run.references import References
from iqabench.run.scoring.candidates import Candidate, Work, score_candidates
from iqabench.run.scoring.targets import targets_of
from iqabench.run.scoring.whole_set import score_sets
from iqabench.sets import SampleSet
from iqabench.store import OutputFolder, Store, Writer


@dataclass(frozen=True)
class WaitingOutputs:
    """The outputs of one model on one set, with the columns that wait for those of the others."""

    images: SampleSet
    outputs: OutputFolder
    maker: RecordMaker
    columns: Sequence[AnyColumn]
    """The columns that have waited."""


@dataclass(frozen=True)
class SecondPass:
    """The place and the way in which waiting columns are scored."""

    store: Store
    writer: Writer
    options: Options
    device: str
    outcome: Outcome
    watch: Watch


def score_second_pass(waiting: Sequence[WaitingOutputs], second_pass: SecondPass) -> None:
    """Score the columns that have waited, set by set.

    Raises: StoreError when records cannot be kept; other errors cost only their set.
    """
    by_set: dict[str, list[WaitingOutputs]] = {}
    for outputs in waiting:
        by_set.setdefault(outputs.images.address, []).append(outputs)
    for together in by_set.values():
        images = together[0].images
        try:
            _score(images, together, second_pass)
        except StoreError:
            raise
        except IqabenchError as error:
            second_pass.outcome.failures.append(Failure(str(error), images.name))


def _score(images: SampleSet, together: Sequence[WaitingOutputs], second_pass: SecondPass) -> None:
    options = second_pass.options
    conditions = Conditions(images.scale, second_pass.device, options.precision, options.tile)
    references = References(conditions, members=[one.outputs for one in together])
    candidates = [
        Candidate(one.maker, partial(read_output, one.outputs), references.bound(one.columns))
        for one in together
    ]
    work = Work(
        candidates,
        targets_of(images),
        references,
        second_pass.store,
        second_pass.writer,
        second_pass.outcome,
        second_pass.watch,
        options.force,
    )
    names = [sample.name for sample in images.samples[: options.limit]]
    score_candidates(work, names)
    score_sets(work, names)
