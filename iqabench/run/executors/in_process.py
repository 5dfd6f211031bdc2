"""The executor in this process: cells run one after the other, and every sample is stored at once."""

from collections.abc import Sequence

from iqabench.errors import IqabenchError
from iqabench.images import quantise, write_image, write_part
from iqabench.metrics import Column, with_reasons
from iqabench.models.core.model import Model
from iqabench.models.core.signature import setting_values, setting_words
from iqabench.run.conditions import Conditions
from iqabench.run.context import RunContext
from iqabench.run.crops import keep_crops
from iqabench.run.environment import new_run
from iqabench.run.evaluate_cell import CellJob, SampleResult, ScoredOutput, evaluate_cell
from iqabench.run.model_cache import ModelCache
from iqabench.run.outcome import Failure, Outcome
from iqabench.run.output_folders import output_folder, outputs_root
from iqabench.run.plan import Cell, check_fits
from iqabench.run.records import Origin, RecordMaker, Subject
from iqabench.run.references import References
from iqabench.run.second_pass import SecondPass, WaitingOutputs, score_second_pass
from iqabench.run.threads import CellKey, depends_on_threads, find_finished, threads_of
from iqabench.sets import SampleRef
from iqabench.store import CropFolder, OutputFolder, Writer
from iqabench.tasks import task_named


def in_process(cells: Sequence[Cell], models: ModelCache, context: RunContext) -> Outcome:
    """Evaluate the samples without a record.

    A model that cannot be loaded costs only its own cells, unless no other cell remains.

    Raises: IqabenchError when no cell can be run; StoreError when records cannot be stored.
    """
    outcome = Outcome(
        missing=list(dict.fromkeys(line for cell in cells for line in cell.set.missing)),
        notes=list(dict.fromkeys(line for cell in cells for line in cell.set.notes)),
    )
    errors: list[IqabenchError] = []
    waiting: list[WaitingOutputs] = []
    with context.store.writer(new_run()) as writer:
        for cell in cells:
            try:
                model = models.get(cell)
                outcome.notes += [note for note in model.notes if note not in outcome.notes]
                check_fits(model.card, cell.set)
                run = _CellRun(cell, model, writer, context)
            except IqabenchError as error:
                errors.append(error)
                outcome.failures.append(Failure(str(error), f"{cell.model} on {cell.set.name}"))
                continue
            run.run(outcome)
            if run.waiting:
                waiting.append(WaitingOutputs(cell.set, run.folder, run.maker, run.waiting))
        score_second_pass(waiting, SecondPass(context, writer, outcome))
    if errors and len(errors) == len(cells):
        raise errors[0]
    return outcome


class _CellRun:
    """One cell with the store and the folders for its results."""

    def __init__(self, cell: Cell, model: Model, writer: Writer, context: RunContext) -> None:
        self.cell, self.model, self.writer, self.context = cell, model, writer, context
        self.store, self.options = context.store, context.options
        self.subject = Subject.of_set(cell.set)
        card = model.card
        self.settings = setting_values(card.settings, self.options.settings, card.id)
        self.maker = RecordMaker(self.subject, self._origin(model), writer.run)
        self.columns = with_reasons(cell.columns, context.reasons)
        """The columns; those whose metric lacks something have the reason."""
        self.waiting = [column for column in self.columns if column.waits]
        """The columns that are scored in the second pass."""
        self.saves_outputs = self.options.save_outputs is not None or bool(self.waiting)
        self.folder = self._folder_of(model)
        self.job = self._job()
        self.keys = [
            self.maker.key(column, output.role)
            for output in self.job.outputs
            for column in output.columns
        ]

    def run(self, outcome: Outcome) -> None:
        """Restore and score every sample that lacks a record, and store the results."""
        samples = self.cell.set.samples[: self.options.limit]
        todo = self._missing(samples)
        outcome.keys += self.keys
        outcome.limit(self.keys, (s.name for s in samples), len(self.cell.set.samples))
        outcome.skipped += len(samples) - len(todo)
        name = f"{self.model.card.id} on {self.cell.set.name} {self.cell.set.level}"
        watch = self.context.watch
        watch(name, len(samples) - len(todo), len(samples))
        if todo:
            self.writer.open()
        for index, result in enumerate(evaluate_cell(self.job, todo)):
            self._store_result(result)
            errors = [record.error for record in result.records] or [result.error]
            outcome.add(self.model.card.id, result.name, errors, is_missing=result.is_missing)
            watch(name, len(samples) - len(todo) + index + 1, len(samples))

    def _job(self) -> CellJob:
        images, options = self.cell.set, self.options
        conditions = Conditions(
            images.scale, str(self.model.device), options.precision, options.tile
        )
        references = References(
            conditions,
            images.samples[0].recipe,
            folder_of=self._folder_of,
            reading=images.reading,
        )
        columns = references.bind(
            column for column in self.columns if isinstance(column, Column) and not column.waits
        )
        return CellJob(
            self.model,
            self.cell.domain,
            conditions,
            self.settings,
            references,
            self.maker,
            tuple(self._outputs(tuple(columns))),
        )

    def _outputs(self, columns: tuple[Column, ...]) -> list[ScoredOutput]:
        """Return the outputs that are scored: the role `output`, and others that a part is compared with."""
        images = self.cell.set
        partners = task_named(images.task).gives
        with_target = tuple(c for c in columns if c.protocol.reference == "target")
        outputs = []
        for role, signature in self.model.card.gives.items():
            part = partners.get(role, "target" if role == "output" else "")
            if role == "output":
                outputs.append(ScoredOutput("", part, columns, images.scale, signature.depth))
            elif part in images.roles:
                outputs.append(ScoredOutput(role, part, with_target, 1, signature.depth))
        return outputs

    def _missing(self, samples: tuple[SampleRef, ...]) -> Sequence[SampleRef]:
        if self.options.force:
            return samples
        by_network = depends_on_threads(self.model)
        cells = (
            CellKey.of(self.maker, column, output.role, by_network=by_network)
            for output in self.job.outputs
            for column in output.columns
        )
        finished = find_finished(self.store, self.writer, cells)
        roles = ["" if role == "output" else role for role in self.model.card.gives]
        return [
            sample
            for sample in samples
            if any((key, sample.name) not in finished for key in self.keys)
            or (self.saves_outputs and not self.folder.has(sample.name, roles))
        ]

    def _store_result(self, result: SampleResult) -> None:
        """Write the outputs when they are saved, then the crops for reports, then the records.

        The records come last: a sample that has them is not run again, so nothing of it may be missing.
        """
        if result.restored is not None and result.sample is not None:
            if self.saves_outputs:
                self._save_outputs(result)
            if self.cell.domain == "image":
                folder = self._crops(result.name)
                keep_crops(
                    folder,
                    result.sample,
                    result.restored,
                    self.model,
                    self.options.tile,
                    self.maker.origin.setting,
                )
        self.writer.add(result.records)

    def _save_outputs(self, result: SampleResult) -> None:
        assert result.restored is not None
        self.folder.claim()
        for role, part in result.restored.parts.items():
            signature = self.model.card.gives[role]
            stem = self.folder.stem(result.name, "" if role == "output" else role)
            if signature.depth == "uint8" and len(part) == 1:
                write_image(stem.with_name(stem.name + ".png"), part[0])
            else:
                write_part(stem, quantise(part) if signature.depth == "uint8" else part)
            self.folder.note(result.name, "" if role == "output" else role)

    def _origin(self, model: Model) -> Origin:
        is_own = model is self.model  # other models run at their default settings
        settings = setting_words(model.card.settings, self.settings) if is_own else ""
        return Origin.of_card(
            model.card,
            model.hash,
            random_weights=model.random_weights,
            precision=self.options.precision,
            tile=self.options.tile,
            threads=threads_of(model),
            device=str(model.device),
            setting=",".join(part for part in (model.convention, settings) if part),
        )

    def _folder_of(self, model: Model) -> OutputFolder:
        """Return the folder for the outputs of this model or of one that it is compared with."""
        root = self.options.save_outputs or outputs_root(self.store)
        images = self.cell.set
        return output_folder(
            root, self._origin(model), self.subject, images.address, self.cell.domain
        )

    def _crops(self, sample: str) -> CropFolder:
        images = self.cell.set
        return CropFolder(self.store.folder, images.name, images.hash, images.level, sample)
