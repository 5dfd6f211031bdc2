"""Columns over a whole set: features of every image, one distance, one record.

The images come one by one and only their features stay, so memory is bounded however large the set is. A set
of which an image is missing has no value: over fewer images it would be another one.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from math import nan
from typing import Any

from iqabench.errors import IqabenchError, MetricError
from iqabench.images import Image, view_output
from iqabench.metrics import SetColumn
from iqabench.run.outcome import Failure
from iqabench.run.prefetch import ahead
from iqabench.run.records import Score
from iqabench.run.scoring.candidates import Candidate, Work
from iqabench.store import WHOLE_SET


def score_sets(work: Work, names: list[str]) -> None:
    """Compute what lacks a record.

    Raises: StoreError when records cannot be kept.
    """
    references: dict[SetColumn, Any] = {}
    for candidate in work.candidates:
        keys = {column: candidate.maker.key(column) for column in candidate.set_columns}
        work.outcome.keys += keys.values()
        there = set() if work.force else work.store.finished(keys.values())
        for column, key in keys.items():
            if (key, WHOLE_SET) in there:
                work.outcome.found += len(names)
                continue
            found = _distance(work, candidate, column, names, references)
            work.writer.add([candidate.maker.over_set(column, found, len(names))])
            work.outcome.done += len(names)
            if found.error:
                work.outcome.failures.append(Failure(found.error, candidate.model))


def _distance(
    work: Work,
    candidate: Candidate,
    column: SetColumn,
    names: list[str],
    references: dict[SetColumn, Any],
) -> Score:
    if column.lack:
        return Score(nan, column.lack)
    watch = partial(work.watch, f"{column.name} of {candidate.model}")
    try:
        outputs = _gathered(work, column, candidate.read, names, watch)
        if column not in references:
            references[column] = _reference(work, column, names)
        return Score(column.metric(outputs, references[column]))
    except IqabenchError as error:
        return Score(nan, f"{column.name}: {error}")


def _reference(work: Work, column: SetColumn, names: list[str]) -> Any:
    """What is kept of the targets, or of the pool."""
    if column.protocol.reference == "pool":
        pool = work.references.pool(column.protocol.named)
        return column.metric.gather(_features(work, column, iter(pool)))
    if work.targets.target is None:
        raise MetricError("there are no targets.")
    watch = partial(work.watch, f"{column.name}: the targets")
    return _gathered(work, column, work.targets.target, names, watch)


def _gathered(
    work: Work,
    column: SetColumn,
    load: Callable[[str], Image],
    names: list[str],
    watch: Callable[[int, int], None],
) -> Any:
    images = ahead(partial(load, name) for name in names)

    def told() -> Iterator[Image]:
        for at, name in enumerate(names):
            try:
                yield next(images)
            except IqabenchError as error:
                raise MetricError(f"{name}: {error}") from error
            watch(at + 1, len(names))

    return column.metric.gather(_features(work, column, told()))


def _features(work: Work, column: SetColumn, images: Iterable[Image]) -> Iterator[Any]:
    conditions = work.references.conditions
    for image in images:
        seen = view_output(column.protocol, image, conditions.scale)
        seen.device = conditions.device
        yield column.metric.look(seen)
