"""One cell on its way through the loop: restore, score, keep."""

import time
from collections.abc import Sequence

from iqabench.errors import ModelError
from iqabench.images import Case, write_image
from iqabench.metrics import Column
from iqabench.models.core.model import Model
from iqabench.models.core.restore import Restored, restore
from iqabench.run.background import Background
from iqabench.run.crops import keep_crops
from iqabench.run.outcome import Outcome, Watch
from iqabench.run.output_folders import outputs_root, place_of
from iqabench.run.plan import Cell, Options
from iqabench.run.prefetch import Loaded, prefetch
from iqabench.run.records import Origin, RecordMaker, Subject, score
from iqabench.run.references import Conditions, References
from iqabench.run.second_pass import Left
from iqabench.sets import SampleRef
from iqabench.store import CropFolder, OutputFolder, Record, Store, Writer


class CellRun:
    """One cell on its way through the loop."""

    def __init__(
        self,
        cell: Cell,
        model: Model,
        store: Store,
        writer: Writer,
        options: Options,
        outcome: Outcome,
        watch: Watch,
    ) -> None:
        self.cell, self.model, self.store, self.writer = cell, model, store, writer
        self.options, self.outcome, self.watch = options, outcome, watch
        self.subject = Subject.of_set(cell.set)
        self.maker = RecordMaker(self.subject, self._origin(model), writer.run)
        self.later = [c for c in cell.columns if c.waits]
        """Columns that are scored once every model has left its outputs."""
        self.keeps = options.save_outputs is not None or bool(self.later)
        self.kept = self._outputs_of(model)
        self.references = References(
            Conditions(cell.set.scale, str(model.device), options.precision, options.tile),
            cell.set.samples[0].recipe,
            kept=self._outputs_of,
        )
        self.columns = self.references.bound(
            c for c in cell.columns if isinstance(c, Column) and not c.waits
        )
        self.keys = [self.maker.key(column) for column in self.columns]
        outcome.keys += self.keys
        self.background = Background()

    def run(self) -> None:
        """Restore and score every sample that lacks a record."""
        samples = self.cell.set.samples[: self.options.limit]
        todo = self._missing(samples)
        self.outcome.found += len(samples) - len(todo)
        name = f"{self.model.card.id} on {self.cell.set.name} {self.cell.set.level}"
        self.watch(name, len(samples) - len(todo), len(samples))
        with (
            self.background,
            Background() as scoring,
        ):  # scoring ends first: it gives the other work
            for at, loaded in enumerate(prefetch(todo, self.cell.domain)):
                work = (loaded, *self._restore(loaded))
                if _leaves_the_processor(self.model):
                    scoring.do(self._finish, *work)
                else:
                    self._finish(*work)
                self.watch(name, len(samples) - len(todo) + at + 1, len(samples))

    def _missing(self, samples: tuple[SampleRef, ...]) -> Sequence[SampleRef]:
        if self.options.force:
            return samples
        there = self.store.finished(self.keys)
        return [
            s
            for s in samples
            if any((key, s.name) not in there for key in self.keys)
            or (self.keeps and not self.kept.has(s.name))
        ]

    def _restore(self, loaded: Loaded) -> tuple[Restored | None, float, str]:
        if loaded.sample is None:
            return None, 0.0, loaded.error
        start = time.perf_counter()
        try:
            restored = restore(self.model, loaded.sample.input, self.options.tile)
        except ModelError as error:
            return None, 0.0, str(error)
        except (
            RuntimeError,
            ValueError,
            TypeError,
            ArithmeticError,
            LookupError,
            AssertionError,
            AttributeError,
            NotImplementedError,
            OSError,
        ) as error:
            first = (str(error).splitlines() or [""])[0]
            return None, 0.0, f"the model raised {type(error).__name__}: {first}"
        return restored, (time.perf_counter() - start) * 1000.0, ""

    def _finish(
        self, loaded: Loaded, restored: Restored | None, spent_ms: float, error: str
    ) -> None:
        """Score one output, then keep records, window and, on request, the whole output."""
        records = self._records(loaded, restored, spent_ms, error)
        if restored is not None and loaded.sample is not None:
            if self.keeps:
                self.kept.claim()
                write_image(self.kept.file(loaded.name), restored.image)
            if self.cell.domain == "image":
                self.background.do(
                    keep_crops,
                    self._crops(loaded.name),
                    loaded.sample,
                    restored.image,
                    self.model,
                    self.cell.set.scale,
                    self.options.tile,
                )
        self.writer.add(records)
        errors = [r.error for r in records] or [error]
        self.outcome.tell(self.model.card.id, loaded.name, errors)

    def _records(
        self, loaded: Loaded, restored: Restored | None, spent_ms: float, error: str
    ) -> list[Record]:
        if restored is None or loaded.sample is None:
            return [self.maker.failed(c, loaded.name, error) for c in self.columns]
        case = Case(
            restored.image,
            loaded.sample.target,
            self.cell.set.scale,
            str(self.model.device),
            self.references.of(loaded.name, loaded.sample.input),
            "it has no target",
        )
        found = score(self.columns, case)
        return [
            self.maker.make(c, loaded.name, value, spent_ms, restored.tile, restored.tile_note)
            for c, value in zip(self.columns, found, strict=True)
        ]

    def left(self) -> Left:
        """What it leaves for the columns that need what every model made."""
        return Left(self.cell.set, self.kept, self.maker, self.later)

    def _origin(self, model: Model) -> Origin:
        return Origin.of_card(
            model.card,
            model.hash,
            random_weights=model.random_weights,
            precision=self.options.precision,
            tile=self.options.tile,
            device=str(model.device),
        )

    def _outputs_of(self, model: Model) -> OutputFolder:
        """Where the outputs of a model, this one or one that it is compared with, are kept."""
        root = self.options.save_outputs or outputs_root(self.store)
        images = self.cell.set
        return place_of(root, self._origin(model), self.subject, images.address, self.cell.domain)

    def _crops(self, sample: str) -> CropFolder:
        images = self.cell.set
        return CropFolder(self.store.folder, images.name, images.hash, images.level, sample)


def _leaves_the_processor(model: Model) -> bool:
    """Whether one image can be scored while the next is restored without getting in its way."""
    return model.device.type == "cuda"
