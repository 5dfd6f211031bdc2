"""Convolutions with more parameters than they need, for training; each is stored as one plain convolution.

names = expand(network, BLOCKS["sesr"], width=128)   # in place; the outputs are unchanged
...                                                  # train
collapse(network)                                    # in place; plain convolutions again
"""

from iqabench.compress.expand.convolution import ExpandedConvolution, collapse, expand
from iqabench.compress.expand.repvgg import RepVgg
from iqabench.compress.expand.sesr import Sesr

BLOCKS: dict[str, type[ExpandedConvolution]] = {"sesr": Sesr, "repvgg": RepVgg}
"""The blocks by their names on the command line."""

__all__ = ["BLOCKS", "ExpandedConvolution", "RepVgg", "Sesr", "collapse", "expand"]
