"""Columns that wait until every model has left its outputs: against their consensus, or over a whole set."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from iqabench.errors import IqabenchError, StoreError
from iqabench.metrics import AnyColumn
from iqabench.run.outcome import Failure, Outcome, Watch
from iqabench.run.output_folders import read_output
from iqabench.run.plan import Options
from iqabench.run.records import RecordMaker
from iqabench.run.references import Conditions, References
from iqabench.run.scoring.candidates import Candidate, Work, score_candidates
from iqabench.run.scoring.targets import targets_of
from iqabench.run.scoring.whole_set import score_sets
from iqabench.sets import SampleSet
from iqabench.store import OutputFolder, Store, Writer


@dataclass(frozen=True)
class Left:
    """What one model left of one set."""

    images: SampleSet
    outputs: OutputFolder
    maker: RecordMaker
    columns: Sequence[AnyColumn]
    """Those that have waited."""


@dataclass(frozen=True)
class Later:
    """Where and how they are scored."""

    store: Store
    writer: Writer
    options: Options
    device: str
    outcome: Outcome
    watch: Watch


def score_later(left: Sequence[Left], later: Later) -> None:
    """Score them, set by set.

    Raises: StoreError when records cannot be kept; other errors cost their set alone.
    """
    by_set: dict[str, list[Left]] = {}
    for one in left:
        by_set.setdefault(one.images.address, []).append(one)
    for together in by_set.values():
        images = together[0].images
        try:
            _score(images, together, later)
        except StoreError:
            raise
        except IqabenchError as error:
            later.outcome.failures.append(Failure(str(error), images.name))


def _score(images: SampleSet, together: Sequence[Left], later: Later) -> None:
    options = later.options
    conditions = Conditions(images.scale, later.device, options.precision, options.tile)
    references = References(conditions, members=[one.outputs for one in together])
    candidates = [
        Candidate(one.maker, partial(read_output, one.outputs), references.bound(one.columns))
        for one in together
    ]
    work = Work(
        candidates,
        targets_of(images),
        references,
        later.store,
        later.writer,
        later.outcome,
        later.watch,
        options.force,
    )
    names = [sample.name for sample in images.samples[: options.limit]]
    score_candidates(work, names)
    score_sets(work, names)
