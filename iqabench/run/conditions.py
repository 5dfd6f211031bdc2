"""The conditions under which a model runs: all values besides model and set that affect a number."""

from dataclasses import dataclass

from iqabench.models.core.model import Precision
from iqabench.tasks import Ratio


@dataclass(frozen=True)
class Conditions:
    """The conditions of one cell."""

    scale: Ratio = 1
    device: str = "cpu"
    precision: Precision = "fp32"
    tile: int = 0
    """The side of the input tiles in pixels; 0 is the whole image."""
