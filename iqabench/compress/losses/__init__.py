"""What a student learns from its teacher: one file a loss.

A loss is called with the student (0..1 to 0..1), inputs and targets. Where teacher and student are compared
feature by feature, layers that make their widths alike are learned along, and dropped afterwards.
"""

from collections.abc import Callable

from iqabench.compress.losses.distilling import Distilling
from iqabench.compress.losses.facd import Facd
from iqabench.compress.losses.fitnet import FitNet
from iqabench.compress.losses.lsfd import Lsfd
from iqabench.compress.losses.output import Output

LOSSES: dict[str, Callable[..., Distilling]] = {
    "output": Output,
    "fitnet": FitNet,
    "lsfd": Lsfd,
    "facd": Facd,
}
"""By their names on the command line."""

__all__ = ["LOSSES", "Distilling", "Facd", "FitNet", "Lsfd", "Output"]
