"""A cell on a worker: its model is loaded, and its samples are restored and scored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import torch

from iqabench.metrics import Column
from iqabench.models.core.model import Model
from iqabench.models.core.signature import setting_values, setting_words
from iqabench.run.conditions import Conditions
from iqabench.run.evaluate_cell import LoadedCell, evaluate_cell, restore_cell
from iqabench.run.executors.job import JobItem
from iqabench.run.first_outputs import SampleRestorer
from iqabench.run.image_costs import CostCounter
from iqabench.run.output_folders import output_folder
from iqabench.run.plan import Cell, Options
from iqabench.run.records import Origin, RecordMaker, Subject
from iqabench.run.references import References
from iqabench.run.restoring.result_files import FileMaker, crops_of_set
from iqabench.run.restoring.scorer import CellScorer, Restoration, SampleResult, ScoredOutput
from iqabench.run.sample_cache import SampleCache
from iqabench.run.threads import CellKey, depends_on_threads, threads_of
from iqabench.samples import Sample
from iqabench.sets import SampleRef, SampleSet
from iqabench.store import OutputFolder, Record
from iqabench.tasks import task_named


@dataclass(frozen=True)
class ScoredRole:
    """The columns of one output of the model, by which the driver makes failed records."""

    role: str
    """The role of the output; empty for the role `output`."""
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class CellOpening:
    """The facts of an open cell that the driver needs."""

    model: str
    """The id of the model."""
    model_hash: str
    maker: RecordMaker
    scored: tuple[ScoredRole, ...]
    keys: tuple[CellKey, ...]
    """The keys of all columns that are scored at once."""
    roles: tuple[str, ...]
    """The roles of the model's outputs; empty for the role `output`."""
    threads: int
    """The number of threads of the worker."""
    notes: tuple[str, ...]
    """The choices that were made when the model was loaded."""
    scorer: "RestScorer"
    """The scoring of what is left when a sample was restored."""


@dataclass(frozen=True)
class RestoredSample:
    """A sample on its way from the worker that restored it to one that scores it."""

    restoration: Restoration
    records: list[Record]
    """The records that are made already."""


@dataclass(frozen=True)
class RestScorer:
    """The scoring of restored samples on another worker than the model's."""

    scorer: CellScorer

    def finish(self, item: JobItem, restored: RestoredSample) -> SampleResult:
        """Return the result of a restored sample."""
        shown = frozenset([item.name] if item.details else [])
        result = replace(self.scorer, shows_target=shown).score(restored.restoration)
        return replace(result, records=[*restored.records, *result.records])


class CellSession:
    """One cell with its loaded model."""

    def __init__(
        self,
        cell: Cell,
        model: Model,
        options: Options,
        run: str,
        *,
        saves_outputs: bool,
        outputs: Path | None,
        samples: SampleCache | None,
        pools: Mapping[str, SampleSet],
    ) -> None:
        self.cell, self.model, self.options = cell, model, options
        self._settings = setting_values(
            model.card.settings, self._settings_of(model), model.card.id
        )
        self._subject = Subject.of_set(cell.set)
        self._saves_outputs = saves_outputs
        self._outputs, self._pools, self._samples = outputs, pools, samples
        self._maker = RecordMaker(self._subject, self._origin(model, self._settings), run)
        self._loaded = self._load_cell()

    @cached_property
    def opening(self) -> CellOpening:
        """The facts that the driver needs to choose samples."""
        by_network = depends_on_threads(self.model)
        card = self.model.card
        return CellOpening(
            card.id,
            self.model.hash,
            self._maker,
            tuple(
                ScoredRole(output.role, output.columns) for output in self._loaded.scorer.outputs
            ),
            tuple(
                CellKey.of(self._maker, column, output.role, by_network=by_network)
                for output in self._loaded.scorer.outputs
                for column in output.columns
            ),
            tuple("" if role == "output" else role for role in card.gives),
            torch.get_num_threads(),
            tuple(self.model.notes),
            RestScorer(self._loaded.scorer.split()[1]),
        )

    def run(self, items: Sequence[JobItem]) -> Iterator[SampleResult]:
        """Yield the result of each sample; details are true where the crop of its target is there already."""
        return evaluate_cell(self._of(items), self._samples_of(items))

    def restore(self, items: Sequence[JobItem]) -> Iterator[RestoredSample]:
        """Yield each sample after it was restored; what only this worker can score is scored.

        The rest is the work of `opening.scorer`, on any worker.
        """
        cell = self._of(items)
        near, _ = cell.scorer.split()
        for restoration in restore_cell(cell, self._samples_of(items)):
            yield RestoredSample(restoration, near.score(restoration).records)

    def _settings_of(self, model: Model) -> Sequence[str]:
        """Return the settings of the run that this model has; the others are of other registered models."""
        if self.cell.card is None:
            return self.options.settings
        known = model.card.settings
        return [text for text in self.options.settings if text.partition("=")[0] in known]

    def _of(self, items: Sequence[JobItem]) -> LoadedCell:
        shown = frozenset(item.name for item in items if item.details)
        return replace(self._loaded, scorer=replace(self._loaded.scorer, shows_target=shown))

    def _samples_of(self, items: Sequence[JobItem]) -> list[SampleRef]:
        samples = {sample.name: sample for sample in self.cell.set.samples}
        return [samples[item.name] for item in items]

    def _load_cell(self) -> LoadedCell:
        images, options = self.cell.set, self.options
        conditions = Conditions(
            images.scale, str(self.model.device), options.precision, options.tile
        )
        references = References(
            conditions,
            images.recipe,
            folder_of=self._folder_of if self._outputs else None,
            reading=images.reading,
            pools=self._pools,
        )
        columns = references.bind(
            column
            for column in self.cell.columns
            if isinstance(column, Column) and not column.waits
        )
        origin = self._maker.origin
        seed = self.model.card.settings.get(origin.seed)
        files = FileMaker.of_model(
            self.model,
            crops_of_set(images.name, images.hash, images.level),
            self.cell.domain,
            options.tile,
            origin.shown_setting,
            keeps_crops=seed is None or origin.draw == seed.default,
            keeps_outputs=self._saves_outputs,
            keeps_floats=images.keeps_floats,
            independent=task_named(images.task).independent,
        )
        outputs = tuple(self._scored_outputs(tuple(columns)))
        scorer = CellScorer(conditions.device, references, self._maker, outputs, files)
        names = tuple(sample.name for sample in images.samples)
        return LoadedCell(
            self.model,
            self._load,
            conditions,
            self._settings,
            scorer,
            CostCounter(self.model, columns),
            SampleRestorer(
                images.name, names, options.tile, self._folder_of if self._outputs else None
            ),
            task_named(images.task).composites,
        )

    def _load(self, sample: SampleRef) -> Sample:
        if self._samples is None:
            return sample.load(self.cell.domain)
        return self._samples.load(self.cell.set.hash, sample, self.cell.domain)

    def _scored_outputs(self, columns: tuple[Column, ...]) -> list[ScoredOutput]:
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

    def _origin(self, model: Model, settings: Mapping[str, float]) -> Origin:
        words = setting_words(model.card.settings, settings)
        seed = model.card.seed
        draw = (seed, int(settings[seed])) if seed else None
        return Origin.of_card(
            model.card,
            model.hash,
            random_weights=model.random_weights,
            precision=self.options.precision,
            tile=self.options.tile,
            threads=threads_of(model),
            device=str(model.device),
            draw=draw,
            setting=",".join(part for part in (model.convention, words) if part),
        )

    def _folder_of(self, model: Model, settings: Mapping[str, float] | None = None) -> OutputFolder:
        """Return the folder for the outputs of another model, at its usual settings unless some are given."""
        assert self._outputs is not None
        images = self.cell.set
        if settings is None:
            settings = setting_values(model.card.settings, (), model.card.id)
        return output_folder(
            self._outputs,
            self._origin(model, settings),
            self._subject,
            images.address,
            self.cell.domain,
        )
