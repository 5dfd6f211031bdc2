"""A model whose costs are counted, as it travels to a worker."""

from dataclasses import dataclass, field, replace
from functools import partial

from iqabench.models.core.load import is_own
from iqabench.models.core.package import ModelPackage, enter, pack
from iqabench.probes import CostColumn, Size
from iqabench.run.executors.job import Shipment
from iqabench.run.model_cache import ModelCache
from iqabench.run.profile.counting.session import CountingSession, load_for_profile
from iqabench.run.profile.options import ProfileOptions
from iqabench.trust import is_trusting


@dataclass(frozen=True)
class CountingJob:
    """The counting of one model's costs."""

    name: str
    """The name of the model, as the user types it."""
    columns: tuple[CostColumn, ...]
    sizes: tuple[Size, ...] | None
    """The sizes; None for the model's own."""
    device: str
    options: ProfileOptions
    package: ModelPackage | None = None
    """The files of a model that the user brings, where the job travels."""
    trusts: bool = field(default_factory=is_trusting)
    """True where the user has consented to code that files and folders bring."""

    @property
    def model(self) -> str:
        """The identity of the model."""
        return self.name

    @property
    def size(self) -> int:
        """The number of sizes."""
        return 1 if self.sizes is None else len(self.sizes)

    def open(self, models: ModelCache) -> CountingSession:
        """Load the model, and return the session; see `executors.job`."""
        name = self.name if self.package is None else enter(self.package)
        load = partial(load_for_profile, name, self.device, self.options)
        return CountingSession(models.get(self.name, load), self.columns, self.device, self.options)

    def ship(self) -> Shipment:
        """Return the job with the files of a model that the user brings; see `executors.job`."""
        if not is_own(self.name):
            return Shipment(self, {})
        package, files = pack(self.name)
        return Shipment(replace(self, package=package), files)
