"""The models of a process: each is loaded when a job needs it, and only one is in memory.

The samples that models share lie beside it.
"""

from collections.abc import Callable

import torch

from iqabench.models.core.chained_model import first_of
from iqabench.models.core.load import load_card, load_model
from iqabench.models.core.model import Model
from iqabench.run.failures import watching_model
from iqabench.run.plan import Cell, Options
from iqabench.run.sample_cache import SampleCache
from iqabench.run.value_scale import check_value_scale


class ModelCache:
    """A cache of one model: the jobs of a model follow each other."""

    def __init__(self) -> None:
        self._entry: tuple[str, Model] | None = None
        self.samples = SampleCache()
        """The samples that jobs of several models share."""

    def get(self, identity: str, load: Callable[[], Model]) -> Model:
        """Return the model with this identity, loaded unless it is the last one.

        Raises: IqabenchError when it cannot be loaded.
        """
        if self._entry is None or self._entry[0] != identity:
            self._entry = None  # the memory of the last model is free before the next is loaded
            self._entry = (identity, load())
        return self._entry[1]


def model_identity(cell: Cell) -> str:
    """Return the identity of the model of a cell: its name, and the scale where the name leaves it open.

    A network for several scales is one model at all of them.
    """
    if cell.card is None:
        return f"{cell.model}\0{cell.set.scale}"
    return cell.card.id if cell.card.scales else cell.card.name


def load_for_cell(cell: Cell, options: Options) -> Model:
    """Load the model of a cell, onto the device and in the precision of the run.

    Raises: IqabenchError when it cannot be loaded.
    """
    torch.backends.cudnn.benchmark = False
    if cell.card is None:
        model = load_model(cell.model, cell.set.scale, convention=options.convention)
        model = model.to(options.device, options.precision)
        brought = first_of(model)
        if brought.card.loader not in ("command", "outputs"):  # they have no range of their own
            with watching_model("try", brought, "a photograph"):
                check_value_scale(brought, declared=options.convention.range is not None)
        return model
    model = load_card(
        cell.card, allow_random_weights=options.allow_random_weights, progress=options.progress
    )
    return model.to(options.device, options.precision)
