"""The models of a run: each is loaded when a cell needs it, and only one is in memory."""

from collections.abc import Callable

import torch

from iqabench.models.core.load import load_card, load_model
from iqabench.models.core.model import Model
from iqabench.run.failures import watching_model
from iqabench.run.plan import Cell, Options
from iqabench.run.value_scale import check_value_scale


class ModelCache:
    """A cache of one model: the cells of a model follow each other.

    An executor is told how models are loaded where it runs; `load_for_cell` is the way of one machine.
    """

    def __init__(self, load: Callable[[Cell], Model]) -> None:
        self.load = load
        self._entry: tuple[str, Model] | None = None

    def get(self, cell: Cell) -> Model:
        """Return the model of a cell, on the device and in the precision of the run.

        Raises: IqabenchError when it cannot be loaded.
        """
        name = cell.card.name if cell.card else f"{cell.model}\0{cell.set.scale}"
        if self._entry is None or self._entry[0] != name:
            self._entry = None  # the memory of the last model is free before the next is loaded
            self._entry = (name, self.load(cell))
        return self._entry[1]


def load_for_cell(cell: Cell, *, device: str, options: Options) -> Model:
    """Load the model of a cell from this machine's files, onto a device.

    Raises: IqabenchError when it cannot be loaded.
    """
    torch.backends.cudnn.benchmark = False
    if cell.card is None:
        model = load_model(cell.model, cell.set.scale, convention=options.convention)
        model = model.to(device, options.precision)
        if model.card.loader != "command":  # a program has no range of its own
            with watching_model("try", model, "a photograph"):
                check_value_scale(model, declared=options.convention.range is not None)
        return model
    model = load_card(
        cell.card, allow_random_weights=options.allow_random_weights, progress=options.progress
    )
    return model.to(device, options.precision)
