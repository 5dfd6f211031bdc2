"""A model on a worker, where its operations are counted size by size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from iqabench.models.core.convention import AS_FOUND
from iqabench.models.core.load import is_own, load_model
from iqabench.models.core.model import Model
from iqabench.probes import CostColumn, Size
from iqabench.run.environment import device_name, versions
from iqabench.run.executors.job import JobItem
from iqabench.run.profile.measure import measure, own_size
from iqabench.run.profile.options import Profile, ProfileOptions
from iqabench.run.profile.records import CostMeasurement, CountedModel


def load_for_profile(name: str, device: str, options: ProfileOptions) -> Model:
    """Load a model onto the device, in the precision that it is measured in.

    Raises: IqabenchError when it cannot be loaded.
    """
    model = load_model(
        name,
        options.scale,
        convention=options.convention if is_own(name) else AS_FOUND,
        allow_random_weights=options.allow_random_weights,
    )
    return model.to(device, options.precision)


@dataclass(frozen=True)
class CountingOpening:
    """The facts of a loaded model that the driver needs."""

    model: CountedModel
    size: Size
    """The size at which it is measured when none is named."""
    notes: tuple[str, ...]
    """The choices that were made when the model was loaded."""


@dataclass(frozen=True)
class CountedSize:
    """The costs of the model at one size."""

    name: str
    measured: list[CostMeasurement]
    device: str
    """The name of the worker's device."""
    versions: str
    """The versions of the packages of the worker."""


class CountingSession:
    """A loaded model, whose costs are counted; the details of an item are a size."""

    def __init__(
        self, model: Model, columns: Sequence[CostColumn], device: str, options: ProfileOptions
    ) -> None:
        self._model, self._columns = model, columns
        self._device, self._options = device, options
        self._facts = CountedModel.of(model)

    @cached_property
    def opening(self) -> CountingOpening:
        """The facts that the driver needs to choose sizes."""
        return CountingOpening(self._facts, own_size(self._model), tuple(self._model.notes))

    def run(self, items: Sequence[JobItem]) -> Iterator[CountedSize]:
        """Yield the costs at the size of each item."""
        rounds = [(item.details, [self._model]) for item in items]
        results = measure(rounds, self._columns, self._device, self._options, Profile())
        for item, (measured, _) in zip(items, results, strict=True):
            named = [replace(one, model=self._facts) for one in measured]
            yield CountedSize(item.name, named, device_name(self._device), versions())
