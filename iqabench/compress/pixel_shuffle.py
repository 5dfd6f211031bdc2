"""Pixel shuffles in torch-pruning's dependency graph, which treats them as operators that keep channels.

Channel c behind nn.PixelShuffle(r) is made of the r x r channels c r r .. c r r + r r - 1 before it: indices
go through it as they go through the flattening of a feature map in front of a linear layer, so the library's
own mapping for that is put onto the edges between the shuffle and what feeds it, in both directions. Groups
of r x r channels then stay whole; a group must be rooted where it is coarse, behind the shuffle
(`coupling.py`). The mapping is a private class of torch-pruning, whose version is therefore pinned.
"""

from typing import Any

from torch_pruning.dependency import DependencyGraph
from torch_pruning.dependency.index_mapping import _FlattenIndexMapping

from iqabench.errors import CompressError

_FACTORS = {
    "PixelShuffleBackward0": ("_saved_upscale_factor", False),
    "PixelUnshuffleBackward0": ("_saved_downscale_factor", True),
}
"""The attribute with the factor, and True when channels become more, by torch's name of the backward step."""


def map_pixel_shuffles(graph: DependencyGraph) -> int:
    """Put index mappings onto the edges of every pixel shuffle and unshuffle in the graph.

    Returns: the number of shuffles and unshuffles.
    Raises: CompressError where channels are split or sliced before a shuffle: two mappings on one edge.
    """
    nodes = [node for node in graph.module2node.values() if _kind(node) in _FACTORS]
    for node in nodes:
        attribute, grows = _FACTORS[_kind(node)]
        stride = int(getattr(node.grad_fn, attribute)) ** 2
        for feeding in node.inputs:
            _map(node, feeding, _FlattenIndexMapping(stride=stride, reverse=grows))
            _map(feeding, node, _FlattenIndexMapping(stride=stride, reverse=not grows))
    return len(nodes)


def _kind(node: Any) -> str:
    name = getattr(node.grad_fn, "name", None)
    return str(name()) if name else ""


def _map(source: Any, target: Any, mapping: _FlattenIndexMapping) -> None:
    for edge in source.dependencies:
        if edge.target is target:
            if any(edge.index_mapping):
                raise CompressError(
                    "channels are split or sliced right before a pixel shuffle, so the channels that belong "
                    "together are not known. Leave the network as it is, or put a convolution between them."
                )
            edge.index_mapping[0] = mapping
