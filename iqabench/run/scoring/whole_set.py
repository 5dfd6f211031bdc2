"""The columns over a whole set: features of every image, one distance, one record.

Images are read one by one and only their features stay in memory, however large the set is. A set with a
missing image has no value, because a value over fewer images would mean something else; so has one with an
image that cannot be read. Only part of the set (`--limit`) has a key of its own. Outputs in a folder need no
pairs: all of them are taken, and all targets.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import nan
from typing import Any

from iqabench.errors import IqabenchError, MetricError
from iqabench.images import Image, view_output
from iqabench.metrics import SetColumn
from iqabench.run.outcome import NO_OUTPUT, Failure
from iqabench.run.prefetch import run_in_threads
from iqabench.run.records import Score
from iqabench.run.scoring.candidates import Candidate, Work
from iqabench.run.threads import CellKey
from iqabench.store import WHOLE_SET, content_key


def score_sets(work: Work, names: list[str]) -> None:
    """Compute the values over whole sets that lack a record.

    Raises: StoreError when records cannot be stored.
    """
    references: dict[SetColumn, Any] = {}
    whole = len(names) == len(work.targets.names)
    subset = "" if whole else content_key(samples=names)
    for candidate in work.candidates:
        cells = {
            column: CellKey.of(candidate.maker, column, subset=subset)
            for column in candidate.set_columns
        }
        work.outcome.keys += [cell.key for cell in cells.values()]
        finished: set[tuple[str, str]] = set()
        if not work.force:
            finished = candidate.finished(work.store, work.writer, cells.values())
        for column, cell in cells.items():
            if (cell.key, WHOLE_SET) in finished:
                work.outcome.skipped += len(names)
                continue
            result = _distance(work, candidate, column, names, references)
            count = len(candidate.files or names)
            work.writer.add([candidate.maker.of_whole_set(column, result, count, subset)])
            work.outcome.done += count
            if result.error:
                work.outcome.failures.append(Failure(result.error, candidate.model))


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
        if candidate.read_file is None:
            outputs = _gather(work, column, candidate.read, names, watch)
        else:
            outputs = _gather(work, column, candidate.read_file, candidate.files, watch)
        if column not in references:
            references[column] = _reference(work, column, names)
        return Score(column.metric(outputs, references[column]))
    except IqabenchError as error:
        return Score(nan, f"{column.name}: {error}")


def _reference(work: Work, column: SetColumn, names: list[str]) -> Any:
    """Return the gathered features of the targets or of the pool."""
    if column.protocol.reference == "pool":
        pool = work.references.pool(column.protocol.named)
        return column.metric.gather(_features(work, column, iter(pool)))
    if work.targets.target is None:
        raise MetricError("there are no targets.")
    watch = partial(work.watch, f"{column.name}: the targets")
    return _gather(work, column, work.targets.target, names, watch)


def _gather(
    work: Work,
    column: SetColumn,
    load: Callable[[str], Image],
    names: Sequence[str],
    watch: Callable[[int, int], None],
) -> Any:
    """Return the gathered features of the named images, and show progress."""
    watch(0, len(names))
    loaded = run_in_threads(partial(load, name) for name in names)

    def images() -> Iterator[Image]:
        for count, name in enumerate(names, 1):
            try:
                yield next(loaded)
            except IqabenchError as error:
                way_out = ""
                if str(error) == NO_OUTPUT:
                    way_out = "; --allow-missing takes the outputs that there are"
                raise MetricError(f"{name}: {error}{way_out}") from error
            watch(count, len(names))

    return column.metric.gather(_features(work, column, images()))


def _features(work: Work, column: SetColumn, images: Iterable[Image]) -> Iterator[Any]:
    conditions = work.references.conditions
    for image in images:
        view = view_output(column.protocol, image, conditions.scale)
        view.device = conditions.device
        yield column.metric.look(view)
