"""A cell as it travels to a worker."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from iqabench.run.executors.job import Job
from iqabench.run.model_cache import ModelCache, load_for_cell, model_identity
from iqabench.run.plan import Cell, Options, check_fits
from iqabench.run.restoring.session import CellSession
from iqabench.sets import SampleSet


@dataclass(frozen=True)
class RestorationJob:
    """The restoring and scoring of one cell."""

    cell: Cell
    options: Options
    """The options of the run; the device is one that torch names."""
    run: str
    """The name of the run, for records."""
    reasons: Mapping[str, str]
    """The metrics that lack something, with the reason."""
    saves_outputs: bool
    """True where whole outputs are returned to the driver."""
    outputs: Path | None
    """The folder for the outputs of models that others are compared with; None to keep none."""
    pools: Mapping[str, SampleSet] = field(default_factory=dict)
    """The pools that columns compare with, by name, where they are not loaded by it."""

    @property
    def name(self) -> str:
        """The model and the set."""
        return f"{self.cell.model} on {self.cell.set.name} {self.cell.set.level}".strip()

    @property
    def model(self) -> str:
        """The identity of the model."""
        return model_identity(self.cell)

    @property
    def size(self) -> int:
        """The number of samples."""
        return len(self.cell.set.samples[: self.options.limit])

    def open(self, models: ModelCache) -> CellSession:
        """Load the model, and return the session; see `executors.job`."""
        model = models.get(self.model, partial(load_for_cell, self.cell, self.options))
        check_fits(model.card, self.cell.set)
        return CellSession(
            self.cell,
            model,
            self.options,
            self.run,
            self.reasons,
            saves_outputs=self.saves_outputs,
            outputs=self.outputs,
            pools=self.pools,
        )

    def travelling(self) -> Job:
        """Return the job with the files of its set by their content; see `executors.job`."""
        raise NotImplementedError
