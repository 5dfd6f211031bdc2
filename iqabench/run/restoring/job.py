"""A cell as it travels to a worker."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from iqabench.models.core.model import NetworkModel
from iqabench.models.core.package import ModelPackage, enter, pack
from iqabench.run.executors.job import Shipment
from iqabench.run.model_cache import ModelCache, load_for_cell, model_identity
from iqabench.run.plan import Cell, Options, check_fits
from iqabench.run.restoring.session import CellSession
from iqabench.run.worker_columns import columns_here, require_registered, ship_pools
from iqabench.sets import SampleSet
from iqabench.trust import is_trusting


@dataclass(frozen=True)
class RestorationJob:
    """The restoring and scoring of one cell."""

    cell: Cell
    options: Options
    """The options of the run; the device is one that torch names."""
    run: str
    """The name of the run, for records."""
    saves_outputs: bool
    """True where whole outputs are returned to the driver."""
    outputs: Path | None
    """The folder for the outputs of models that others are compared with; None to keep none."""
    shares_set: bool = False
    """True where other models restore the set, too, so that its samples are kept for them."""
    pools: Mapping[str, SampleSet] = field(default_factory=dict)
    """The pools that columns compare with, by name, where they are not loaded by it."""
    package: ModelPackage | None = None
    """The files of a model that the user brings, where the job travels."""
    has_travelled: bool = False
    """True on another machine than the driver's."""
    trusts: bool = field(default_factory=is_trusting)
    """True where the user has consented to code that files and folders bring."""

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
        cell = self.cell
        if self.has_travelled:
            cell = replace(cell, columns=tuple(columns_here(cell.columns)))
        if self.package is not None:
            cell = replace(cell, model=enter(self.package))
        model = models.get(self.model, partial(load_for_cell, cell, self.options))
        if cell.card is not None and cell.card.scales and isinstance(model, NetworkModel):
            model = model.at(cell.card)
        check_fits(model.card, cell.set)
        return CellSession(
            cell,
            model,
            self.options,
            self.run,
            saves_outputs=self.saves_outputs,
            outputs=self.outputs,
            samples=models.samples if self.shares_set else None,
            pools=self.pools,
        )

    def ship(self) -> Shipment:
        """Return the job with the files of its sets and its model by content; see `executors.job`."""
        cell = self.cell
        require_registered(cell.columns)
        images = cell.set.travelling()
        pools = ship_pools(cell.columns, images.reading)
        files = dict(images.contents)
        for pool in pools.values():
            files |= pool.contents
        package = None
        if cell.card is None:
            package, contents = pack(cell.model)
            files |= contents
        options = replace(self.options, save_outputs=None, progress=False)
        job = replace(
            self,
            cell=replace(cell, set=images),
            options=options,
            outputs=None,
            pools=pools,
            package=package,
            has_travelled=True,
        )
        return Shipment(job, files)
