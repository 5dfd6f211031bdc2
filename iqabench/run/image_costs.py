"""The costs of images, counted while a model restores them."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from iqabench.metrics import AnyColumn
from iqabench.models.core.model import Model
from iqabench.models.core.restore_parts import RestoredParts
from iqabench.probes.counting.cost_per_image import executed_cost
from iqabench.samples import Parts

Shapes = tuple[tuple[str, tuple[int, ...]], ...]


class CostCounter:
    """The counter of the costs of one model, image by image.

    A model whose cost is static is counted once for each size of its inputs.
    """

    def __init__(self, model: Model, columns: Iterable[AnyColumn]) -> None:
        wanted = any(column.metric.reference == "cost" for column in columns)
        self._is_per_image = model.card.cost == "per image"
        self.is_wanted = wanted and model.module is not None
        """True when operations are counted, so that all of them must be done."""
        self._by_shapes: dict[Shapes, float] = {}

    def counted(self, parts: Parts, restore: Callable[[], RestoredParts]) -> RestoredParts:
        """Restore parts and return the outputs with their costs; nothing is counted where nobody asks."""
        if not self.is_wanted:
            return restore()
        shapes: Shapes = tuple((role, part.shape) for role, part in parts.items())
        if self._is_per_image or shapes not in self._by_shapes:
            with executed_cost() as executed:
                restored = restore()
            self._by_shapes[shapes] = float(executed.macs)
        else:
            restored = restore()
        return replace(restored, costs={**restored.costs, "macs": self._by_shapes[shapes]})
