"""The place where all nouns meet: set, model, protocol, metric, record.

    for sample in samples(cell.set):
        output = restore(model, sample.input)
        for column in cell.columns:
            store.add(cell, sample, column, column(output, sample.target))

Everything else in this file is what keeps that loop honest: it resumes, it survives, it says why.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from iqabench.errors import IqabenchError, ModelError
from iqabench.images import write_image
from iqabench.models.load import load_card, load_model
from iqabench.models.model import Model
from iqabench.models.restore import Restored, restore
from iqabench.run.aside import Aside
from iqabench.run.environment import new_run, resolve_device
from iqabench.run.evidence import keep_crops
from iqabench.run.plan import Cell, Options, check_fits
from iqabench.run.prefetch import Loaded, prefetch
from iqabench.run.records import RecordMaker, Subject, score
from iqabench.sets import SampleRef
from iqabench.store import CropFolder, Record, Store, Writer, file_name

Watch = Callable[[str, int, int], None]
"""Called with a cell's name, samples done and samples in all."""


@dataclass
class Outcome:
    """What a run came to."""

    keys: list[str] = field(default_factory=list)
    """Of all cells that were wanted, run now or found in the store."""
    done: int = 0
    """Images restored now."""
    found: int = 0
    """Images whose records were there already."""
    failures: list[str] = field(default_factory=list)
    """One line for each failed image or model."""


def evaluate(
    cells: list[Cell], store: Store, options: Options, watch: Watch = lambda *_: None
) -> Outcome:
    """Evaluate what has no record yet; every image is safe in the store before the next one starts.

    A model that cannot be loaded costs its own cells alone, unless no other cell is left.

    Raises: IqabenchError when nothing could be run at all; StoreError when records cannot be kept.
    """
    outcome = Outcome()
    device = resolve_device(options.device)
    loaded: tuple[str, Model] | None = None
    errors: list[IqabenchError] = []
    with store.writer(new_run()) as writer:
        for cell in cells:
            try:
                if loaded is None or loaded[0] != _model_key(cell):
                    loaded = (_model_key(cell), _load(cell, device, options))
                check_fits(loaded[1].card, cell.set)
            except IqabenchError as error:
                errors.append(error)
                outcome.failures.append(f"{cell.model} on {cell.set.name}: {error}")
                continue
            _CellRun(cell, loaded[1], store, writer, options, outcome, watch).run()
    if errors and len(errors) == len(cells):
        raise errors[0]
    return outcome


class _CellRun:
    """One cell on its way through the loop."""

    def __init__(
        self, cell: Cell, model: Model, store: Store, writer: Writer, options: Options,
        outcome: Outcome, watch: Watch,
    ) -> None:  # fmt: skip
        self.cell, self.model, self.store, self.writer = cell, model, store, writer
        self.options, self.outcome, self.watch = options, outcome, watch
        self.maker = RecordMaker(
            Subject.of_set(cell.set), model.card, model.hash, writer.run,
            random_weights=model.random_weights, precision=options.precision, tile=options.tile,
            device=str(model.device),
        )  # fmt: skip
        self.keys = {column: self.maker.key(column) for column in cell.columns}
        outcome.keys += self.keys.values()
        self.aside = Aside()

    def run(self) -> None:
        """Restore and score every sample that lacks a record."""
        samples = self.cell.set.samples[: self.options.limit]
        todo = self._missing(samples)
        self.outcome.found += len(samples) - len(todo)
        name = f"{self.model.card.id} on {self.cell.set.name} {self.cell.set.level}"
        self.watch(name, len(samples) - len(todo), len(samples))
        with self.aside, Aside() as scoring:  # scoring ends first: it gives the other work
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
        there = self.store.finished(self.keys.values())
        return [
            s
            for s in samples
            if any((key, s.name) not in there for key in self.keys.values())
            or (self.options.save_outputs is not None and not self._output_path(s.name).exists())
        ]

    def _restore(self, loaded: Loaded) -> tuple[Restored | None, float, str]:
        if loaded.sample is None:
            return None, 0.0, loaded.error
        start = time.perf_counter()
        try:
            restored = restore(self.model, loaded.sample.input, self.options.tile)
        except ModelError as error:
            return None, 0.0, str(error)
        except (RuntimeError, ValueError, TypeError, ArithmeticError, LookupError, AssertionError,
                AttributeError, NotImplementedError, OSError) as error:  # fmt: skip
            first = (str(error).splitlines() or [""])[0]
            return None, 0.0, f"the model raised {type(error).__name__}: {first}"
        return restored, (time.perf_counter() - start) * 1000.0, ""

    def _finish(
        self, loaded: Loaded, restored: Restored | None, spent_ms: float, error: str
    ) -> None:
        """Score one output, then keep records, window and, on request, the whole output."""
        records = self._records(loaded, restored, spent_ms, error)
        failed = [r.error for r in records if r.status == "failed"] or ([error] if error else [])
        if restored is not None and loaded.sample is not None:
            if self.options.save_outputs is not None:
                write_image(self._output_path(loaded.name), restored.image)
            if self.cell.domain == "image":
                self.aside.do(
                    keep_crops, self._crops(loaded.name), loaded.sample, restored.image, self.model,
                    self.cell.set.scale, self.options.tile,
                )  # fmt: skip
        self.writer.add(records)
        self.outcome.done += 1
        self.outcome.failures += [f"{self.model.card.id} on {loaded.name}: {e}" for e in failed[:1]]

    def _records(
        self, loaded: Loaded, restored: Restored | None, spent_ms: float, error: str
    ) -> list[Record]:
        columns = list(self.cell.columns)
        if restored is None or loaded.sample is None:
            return [self.maker.failed(c, loaded.name, error) for c in columns]
        target = loaded.sample.target
        if target is None:
            return [self.maker.failed(c, loaded.name, "it has no target") for c in columns]
        found = score(columns, restored.image, target, self.cell.set.scale, str(self.model.device))
        return [
            self.maker.make(c, loaded.name, value, spent_ms, restored.tile, restored.tile_note)
            for c, value in zip(columns, found, strict=True)
        ]

    def _output_path(self, sample: str) -> Path:
        assert self.options.save_outputs is not None
        images = self.cell.set
        folder = f"{file_name(self.model.card.id)}/{file_name(images.name)}_{images.level}"
        return self.options.save_outputs / folder / f"{file_name(sample)}.png"

    def _crops(self, sample: str) -> CropFolder:
        images = self.cell.set
        return CropFolder(self.store.folder, images.name, images.hash, images.level, sample)


def _leaves_the_processor(model: Model) -> bool:
    """Whether one image can be scored while the next is restored without getting in its way."""
    return model.device.type == "cuda"


def _model_key(cell: Cell) -> str:
    return cell.card.name if cell.card else f"{cell.model}\0{cell.set.scale}"


def _load(cell: Cell, device: str, options: Options) -> Model:
    torch.backends.cudnn.benchmark = False
    if cell.card is None:
        model = load_model(cell.model, cell.set.scale)
    else:
        model = load_card(
            cell.card,
            allow_random_weights=options.allow_random_weights,
            progress=options.progress,
        )
    return model.to(device, options.precision)
