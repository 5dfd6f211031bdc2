"""Models whose costs are counted, on the driver: it chooses sizes, and stores records."""

from collections.abc import Sequence
from dataclasses import replace

from iqabench.errors import IqabenchError
from iqabench.models.core.package import require_packable
from iqabench.probes import CostColumn, Size
from iqabench.run.environment import new_run, resolve_device
from iqabench.run.executors.executor import executor_of
from iqabench.run.executors.job import JobItem
from iqabench.run.executors.placement import Placement
from iqabench.run.outcome import Failure
from iqabench.run.profile.counting.job import CountingJob
from iqabench.run.profile.counting.session import CountedSize, CountingOpening
from iqabench.run.profile.options import Profile, ProfileOptions
from iqabench.run.profile.records import CostMaker, CostMeasurement
from iqabench.run.progress import Watch
from iqabench.store import Store, Writer


class CountingLedger:
    """The sizes of one model, and the store for its costs.

    Counts do not depend on the machine. So records stand under the driver's device, beside the times that
    are measured there; they name the device and the versions of the worker.
    """

    def __init__(
        self, job: CountingJob, maker: CostMaker, store: Store, writer: Writer, watch: Watch
    ) -> None:
        self.job = job
        self.counted = Profile()
        """The result for this model."""
        self.error: IqabenchError | None = None
        """The reason why the model could not be loaded."""
        self._maker, self._store, self._writer, self._watch = maker, store, writer, watch
        self._opening: CountingOpening | None = None
        self._done = 0

    def begin(self, opening: CountingOpening) -> list[JobItem]:
        """Return the sizes; only those that lack a record, unless all are counted again."""
        self._opening = opening
        sizes = self.job.sizes or (opening.size,)
        keys = {size: self._keys(opening, size) for size in sizes}
        self.counted.notes += opening.notes
        self.counted.by_name[self.job.name] = [key for of_size in keys.values() for key in of_size]
        existing: set[str] = set()
        if not self.job.options.again:
            wanted = self.counted.by_name[self.job.name]
            existing = {key for key, _ in self._store.finished(wanted)}
        todo = [size for size in sizes if not existing.issuperset(keys[size])]
        self._done = len(sizes) - len(todo)
        self._show()
        return [JobItem(size.name, size) for size in todo]

    def agrees(self, opening: CountingOpening) -> bool:
        """Return whether another worker loaded the same model."""
        return self._opening is not None and self._opening.model == opening.model

    def keep(self, result: CountedSize) -> None:
        """Store the records of one size; see `executors.job`."""
        device, versions = result.device, result.versions
        records = [self._maker.make(one, {}) for one in result.measured]
        self._writer.add([replace(r, device=device, versions=versions) for r in records])
        self.counted.tell(result.measured)
        self._done += 1
        self._show()

    def fail_item(self, item: JobItem, reason: str) -> None:
        """Store failed records of a size; see `executors.job`."""
        assert self._opening is not None
        model = self._opening.model
        failed = [
            CostMeasurement(model, item.details, column, None, reason)
            for column in self.job.columns
        ]
        self._writer.add([self._maker.make(one, {}) for one in failed])
        self.counted.tell(failed)
        self._done += 1
        self._show()

    def fail(self, error: IqabenchError) -> None:
        """Note that the model, or what is left of it, could not be counted."""
        self.error = error
        self.counted.failures.append(Failure(str(error), self.job.name))

    def _keys(self, opening: CountingOpening, size: Size) -> list[str]:
        return [self._maker.key(opening.model, size, column) for column in self.job.columns]

    def _show(self) -> None:
        self._watch(f"counts of {self.job.name}", self._done, self.job.size)


def count_on_workers(
    names: Sequence[str],
    columns: Sequence[CostColumn],
    sizes: Sequence[Size] | None,
    store: Store,
    options: ProfileOptions,
    watch: Watch,
    placement: Placement,
) -> Profile:
    """Count the costs of models on workers, which have ended when this returns.

    Raises: IqabenchError when no model could be loaded; TrustError, ExecutorError, StoreError.
    """
    done = Profile()
    if not columns:
        return done
    require_packable(names)
    device = resolve_device(options.device)
    of_job = None if sizes is None else tuple(sizes)
    with (
        executor_of(placement, device, watch) as executor,
        store.writer(new_run()) as writer,
    ):
        maker = CostMaker(device, options.mode.name, writer.run)
        jobs = [
            CountingJob(name, tuple(columns), of_job, executor.device, options)
            for name in dict.fromkeys(names)
        ]
        ledgers = [CountingLedger(job, maker, store, writer, watch) for job in jobs]
        executor.run(ledgers)
    errors = [ledger.error for ledger in ledgers if ledger.error is not None]
    if errors and len(errors) == len(ledgers):
        raise errors[0]
    for ledger in ledgers:
        done.join(ledger.counted)
    return done
