"""The models of a run: each is loaded when a cell needs it, and only one is in memory."""

import torch

from iqabench.models.core.load import load_card, load_model
from iqabench.models.core.model import Model
from iqabench.run.plan import Cell, Options


class ModelCache:
    """A cache of one model: the cells of a model follow each other."""

    def __init__(self, device: str, options: Options) -> None:
        self.device, self.options = device, options
        self._entry: tuple[str, Model] | None = None

    def get(self, cell: Cell) -> Model:
        """Return the model of a cell, on the device and in the precision of the run.

        Raises: IqabenchError when it cannot be loaded.
        """
        name = cell.card.name if cell.card else f"{cell.model}\0{cell.set.scale}"
        if self._entry is None or self._entry[0] != name:
            self._entry = None  # the memory of the last model is free before the next is loaded
            self._entry = (name, self._load(cell))
        return self._entry[1]

    def _load(self, cell: Cell) -> Model:
        torch.backends.cudnn.benchmark = False
        if cell.card is None:
            model = load_model(cell.model, cell.set.scale)
        else:
            model = load_card(
                cell.card,
                allow_random_weights=self.options.allow_random_weights,
                progress=self.options.progress,
            )
        return model.to(self.device, self.options.precision)
