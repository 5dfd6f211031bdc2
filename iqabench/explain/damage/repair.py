"""The repair of outputs: what all of them went through, undone."""

from dataclasses import dataclass

import numpy as np

from iqabench.explain.damage.luma_file import as_grey
from iqabench.explain.damage.orientation import TURNS
from iqabench.explain.damage.registration import Shift, moved
from iqabench.images import Image


@dataclass(frozen=True)
class Repair:
    """The steps that take back what was found; the default takes back nothing."""

    turn: str = ""
    is_swapped: bool = False
    luma: str = ""
    shift: Shift = (0.0, 0.0)
    slope: float = 1.0
    offset: float = 0.0

    @property
    def is_nothing(self) -> bool:
        """True when there is nothing to undo."""
        return self == Repair()

    def __call__(self, output: Image, target: Image) -> tuple[Image, Image]:
        """Return the repaired output and the target that it is compared with.

        Shapes: both (H, W, 3); uint8, or float64 where values change.
        """
        if self.turn:
            output = TURNS[self.turn](output)
        if self.is_swapped:
            output = output[:, :, ::-1]
        if self.luma:
            output, target = output.astype(np.float64), as_grey(target, self.luma)
        if self.shift != (0.0, 0.0):
            output = moved(output, -self.shift[0], -self.shift[1])
        if (self.slope, self.offset) != (1.0, 0.0):
            output = (output.astype(np.float64) - self.offset) / self.slope
        return output, target
