"""Challenges: reproducing a board's published figures, and ranking a model among its entries.

parts        checks that everything a board names exists here
measure      runs and profiles of models, as the board asks; agreement, where metrics compete
reproduce    published figures beside measured ones
rank         the rank of a model among the published entries
"""

from iqabench.challenge.measurement import Measurement
from iqabench.challenge.rank import TrackRank, rank
from iqabench.challenge.reproduce import ReproducedCell, reproduce

__all__ = ["Measurement", "ReproducedCell", "TrackRank", "rank", "reproduce"]
