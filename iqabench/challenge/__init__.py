"""Challenges: reproducing a board's published figures, and saying where a model would stand in it.

parts        whether what a board names exists here
measure      running and profiling models, as the board asks; agreement, where metrics compete
reproduce    published beside measured
rank         where a model would stand
submissions  what a challenge's own submissions measure
"""

from iqabench.challenge.measurement import Measurement
from iqabench.challenge.rank import Placement, rank
from iqabench.challenge.reproduce import ReproducedCell, reproduce

__all__ = ["Measurement", "Placement", "ReproducedCell", "rank", "reproduce"]
