"""Convolutions made of more parameters than they need, for training: what they compute is one convolution
all the time, and is stored as one afterwards.

    names = expand(network, BLOCKS["sesr"], width=128)   # in place; the outputs are unchanged
    ...                                                  # train
    collapse(network)                                    # in place; the plain layout again
"""

from iqabench.compress.expand.expanded import Expanded, collapse, expand
from iqabench.compress.expand.repvgg import RepVgg
from iqabench.compress.expand.sesr import Sesr

BLOCKS: dict[str, type[Expanded]] = {"sesr": Sesr, "repvgg": RepVgg}
"""By their names on the command line."""

__all__ = ["BLOCKS", "Expanded", "RepVgg", "Sesr", "collapse", "expand"]
