"""A set of opinions on the driver: it chooses the images that lack a record, and stores records."""

import time
from dataclasses import replace

from iqabench.errors import IqabenchError
from iqabench.images import remarks_on
from iqabench.run.executors.job import JobItem
from iqabench.run.judging.job import JudgingJob
from iqabench.run.judging.session import JudgedBatch, JudgedScores, JudgingOpening
from iqabench.run.outcome import Outcome
from iqabench.run.progress import UNWATCHED, Watch
from iqabench.run.threads import find_finished
from iqabench.store import Record, Store, Writer

_WRITE_INTERVAL_S = 1.0
"""The seconds between two writes of records: these sets have tens of thousands of small images, and a safe
write costs as much as some metrics."""

Todo = list[tuple[int, tuple[int, ...]]]
"""The indices of images, each with the indices of the columns that it lacks."""


class JudgingLedger:
    """The images of one set of opinions, and the store for their records; `flush` ends it."""

    def __init__(
        self,
        job: JudgingJob,
        store: Store,
        writer: Writer,
        outcome: Outcome,
        watch: Watch = UNWATCHED,
        again: Todo | None = None,
    ) -> None:
        self.job, self.outcome = job, outcome
        self._again = again
        """The images that were chosen before; None to choose those that lack a record."""
        self._store, self._writer, self._watch = store, writer, watch
        self.error: IqabenchError | None = None
        """The reason why the set could not be scored."""
        self.lost: list[JobItem] = []
        """The items of several images that no worker could finish: one image spoils the others."""
        self._opening: JudgingOpening | None = None
        self._pending: list[Record] = []
        self._written_at = time.monotonic()

    def begin(self, opening: JudgingOpening) -> list[JobItem]:
        """Return the images that lack a record, a few in each item; see `executors.job`."""
        self._opening = opening
        if self._again is not None:
            return self._items(self._again)
        keys = [cell.key for cell in opening.keys]
        finished = find_finished(self._store, self._writer, opening.keys, threads=opening.threads)
        todo = [
            (index, missing)
            for index, image in enumerate(self.job.images)
            if (missing := tuple(c for c, k in enumerate(keys) if (k, image.name) not in finished))
        ]
        self.outcome.keys = keys
        self.outcome.skipped = len(self.job.images) - len(todo)
        paths = [self.job.images[index].distorted.path for index, _ in todo]
        self.outcome.notes += remarks_on([p for p in paths if p], self.job.reading)
        self._show()
        return self._items(todo)

    def agrees(self, opening: JudgingOpening) -> bool:
        """Return whether another worker gives its records the same keys."""
        return self._opening is not None and self._opening.keys == opening.keys

    def keep(self, result: JudgedBatch) -> None:
        """Store the records of a few images, at most once a second; see `executors.job`."""
        for image in result.images:
            self._pending += image.records
            if time.monotonic() - self._written_at >= _WRITE_INTERVAL_S:
                self.flush()
            errors = (record.error for record in image.records)
            self.outcome.add(self.job.subject.set, image.name, errors, is_missing=image.is_missing)
            self._show()

    def flush(self) -> None:
        """Store the records that wait.

        Raises: StoreError when they cannot be stored.
        """
        if self._pending:
            records, self._pending = self._pending, []
            self._writer.add(records)
        self._written_at = time.monotonic()

    def fail_item(self, item: JobItem, reason: str) -> None:
        """Store failed records of an image; several are tried again one by one, see `one_by_one`."""
        if len(item.details) > 1:
            self.lost.append(item)
            return
        assert self._opening is not None
        image, missing = item.details[0]
        name, columns = self.job.images[image].name, self._opening.columns
        failed = [self._opening.maker.make_failed(columns[c], name, reason) for c in missing]
        self.keep(JudgedBatch(item.name, (JudgedScores(name, failed),)))

    def fail(self, error: IqabenchError) -> None:
        """Note that the set, or the rest of it, could not be scored."""
        self.error = error

    def one_by_one(self) -> "JudgingLedger":
        """Return a ledger for the images of lost items, each in an item of its own."""
        todo = [image for item in self.lost for image in item.details]
        job = replace(self.job, most_images=1)
        return JudgingLedger(job, self._store, self._writer, self.outcome, self._watch, todo)

    def _items(self, todo: Todo) -> list[JobItem]:
        most = self.job.most_images
        batches = (tuple(todo[start : start + most]) for start in range(0, len(todo), most))
        return [JobItem(self.job.images[batch[0][0]].name, batch) for batch in batches]

    def _show(self) -> None:
        outcome = self.outcome
        self._watch(self.job.name, outcome.skipped + outcome.done, len(self.job.images))
