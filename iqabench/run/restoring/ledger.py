"""A cell on the driver: it chooses the samples that lack a record, and stores results."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from iqabench.atomic import write_whole
from iqabench.errors import IqabenchError, StoreError
from iqabench.metrics import with_reasons
from iqabench.run.context import RunContext
from iqabench.run.executors.job import JobItem
from iqabench.run.outcome import Failure, Outcome
from iqabench.run.output_folders import output_folder, outputs_root
from iqabench.run.plan import Cell
from iqabench.run.restoring.job import RestorationJob
from iqabench.run.restoring.scorer import SampleResult
from iqabench.run.restoring.session import CellOpening
from iqabench.run.second_pass import WaitingOutputs
from iqabench.run.threads import find_finished
from iqabench.sets import SampleRef
from iqabench.store import CropFolder, OutputFolder, Record, Writer


class CellLedger:
    """The samples of one cell, and the places for their results."""

    def __init__(self, cell: Cell, writer: Writer, context: RunContext, outcome: Outcome) -> None:
        columns = tuple(with_reasons(cell.columns, context.reasons))
        self.cell = cell = replace(cell, columns=columns)
        self.writer, self.context, self.outcome = writer, context, outcome
        self.waiting = [column for column in columns if column.waits]
        """The columns that are scored in the second pass."""
        options = context.options
        self.saves_outputs = options.save_outputs is not None or bool(self.waiting)
        self.job = RestorationJob(
            cell,
            options,
            writer.run,
            self.saves_outputs,
            outputs_root(context.store) if options.save_outputs is None else options.save_outputs,
            shares_set=cell.set.address in context.shared_sets,
        )
        self.error: IqabenchError | None = None
        """The reason why the cell could not be run."""
        self._opening: CellOpening | None = None
        self._folder: OutputFolder | None = None
        self._done = 0

    def begin(self, opening: CellOpening) -> list[JobItem]:
        """Return the samples that lack a record, or an output that is kept; see `executors.job`."""
        self._opening = opening
        if self.saves_outputs:
            self._folder = self._output_folder(opening)
        samples = self.cell.set.samples[: self.context.options.limit]
        todo = self._missing(samples, opening)
        keys = [cell.key for cell in opening.keys]
        outcome = self.outcome
        outcome.notes += [note for note in opening.notes if note not in outcome.notes]
        outcome.keys += keys
        outcome.limit(keys, (s.name for s in samples), len(self.cell.set.samples))
        self._done = len(samples) - len(todo)
        outcome.skipped += self._done
        self._show()
        if todo:
            self.writer.open()
        return [JobItem(sample.name, self._shows_target(sample)) for sample in todo]

    def is_finished(self, opening: CellOpening) -> bool:
        """Return whether every sample has its records; False where outputs are kept, too."""
        samples = self.cell.set.samples[: self.context.options.limit]
        return not self.saves_outputs and not self._missing(samples, opening)

    def agrees(self, opening: CellOpening) -> bool:
        """Return whether another worker gives its records the same keys."""
        return self._opening is not None and self._opening.keys == opening.keys

    def keep(self, result: SampleResult) -> None:
        """Write the outputs when they are saved, then the crops for reports, then the records.

        The records come last: a sample that has them is not run again, so nothing of it may be missing.

        Raises: StoreError when something cannot be written.
        """
        assert self._opening is not None
        written = [*self._write_outputs(result), *self.write_crops(result)]
        store = self.context.store.folder
        self.writer.add(result.records, [path for path in written if path.is_relative_to(store)])
        whole = (record.error for record in result.records if record.kind != "frame")
        errors = list(whole) or [result.error]
        where = self._opening.model
        self.outcome.add(where, result.name, errors, is_missing=result.is_missing)
        self._done += 1
        self._show()

    def fail_item(self, item: JobItem, reason: str) -> None:
        """Store failed records of a sample; see `executors.job`."""
        assert self._opening is not None
        maker = self._opening.maker
        records: list[Record] = [
            maker.make_failed(column, item.name, reason, scored.role)
            for scored in self._opening.scored
            for column in scored.columns
        ]
        self.keep(SampleResult(item.name, records, reason))

    def fail(self, error: IqabenchError) -> None:
        """Note that the cell, or the rest of it, could not be run."""
        self.error = error
        where = f"{self.cell.model} on {self.cell.set.name}"
        self.outcome.failures.append(Failure(str(error), where))

    @property
    def waiting_outputs(self) -> list[WaitingOutputs]:
        """The outputs that wait for the second pass, once the cell has been run."""
        if self._opening is None or self._folder is None or not self.waiting:
            return []
        return [WaitingOutputs(self.cell.set, self._folder, self._opening.maker, self.waiting)]

    def _missing(self, samples: tuple[SampleRef, ...], opening: CellOpening) -> Sequence[SampleRef]:
        if self.context.options.force:
            return samples
        threads = opening.threads
        finished = find_finished(self.context.store, self.writer, opening.keys, threads=threads)
        return [
            sample
            for sample in samples
            if any((cell.key, sample.name) not in finished for cell in opening.keys)
            or (self._folder is not None and not self._folder.has(sample.name, opening.roles))
        ]

    def _write_outputs(self, result: SampleResult) -> list[Path]:
        if self._folder is None or not result.files.outputs:
            return []
        self._folder.claim()
        paths = [
            self._folder.write(result.name, output.role, output.ending, output.content)
            for output in result.files.outputs
        ]
        return [*paths, *self._folder.notes]

    def write_crops(self, result: SampleResult) -> list[Path]:
        """Write the crops of a result into the store, and return their files.

        Raises: StoreError when one cannot be written.
        """
        paths = []
        for name, content in result.files.crops.items():
            path = self.context.store.folder / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, content, durable=False)
            except OSError as error:
                raise StoreError(
                    f"{path} cannot be written: {error.strerror}. No record is kept without its picture. "
                    "Make room, and run the same command again: it goes on where it stopped."
                ) from error
            paths.append(path)
        if paths:  # those of input and target may be older
            originals = self._crop_folder(result.name).originals
            paths += [path for path in originals if path not in paths]
        return paths

    def _shows_target(self, sample: SampleRef) -> bool:
        """Return whether the store has the crops of input and target."""
        return self._crop_folder(sample.name).input.exists()

    def _crop_folder(self, sample: str) -> CropFolder:
        images, store = self.cell.set, self.context.store
        return CropFolder(store.folder, images.name, images.hash, images.level, sample)

    def _output_folder(self, opening: CellOpening) -> OutputFolder:
        maker, images = opening.maker, self.cell.set
        place = self.context.options.save_outputs or self.context.store
        return output_folder(place, maker.origin, maker.subject, images.address, self.cell.domain)

    def _show(self) -> None:
        assert self._opening is not None
        images = self.cell.set
        name = f"{self._opening.model} on {images.name} {images.level}".rstrip()
        self.context.watch(name, self._done, self.job.size)
