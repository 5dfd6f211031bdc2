"""The graph of a program that is no torch network, as probes count in it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from torch import Tensor


class GraphNode(Protocol):
    """One node that ran."""

    @property
    def operator(self) -> str:
        """The kind of node, such as Conv."""

    @property
    def inputs(self) -> Sequence[list[int]]:
        """The shapes of its inputs, weights among them."""

    @property
    def outputs(self) -> Sequence[list[int]]:
        """The shapes of its outputs."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Its attributes by name."""

    @property
    def is_integer(self) -> bool:
        """True when it computes sizes, not pixels."""


class GraphTensor(Protocol):
    """One tensor of weights."""

    @property
    def operator(self) -> str:
        """The node that reads it."""

    @property
    def elements(self) -> int:
        """The number of its elements."""

    @property
    def dimensions(self) -> int:
        """The number of its dimensions."""

    @property
    def bytes(self) -> int:
        """The bytes that its elements take."""


class ProgramGraph(Protocol):
    """A graph that can be run and looked into."""

    def calls(self, batch: Tensor) -> Sequence[GraphNode]:
        """Return the nodes that run on a batch, in their order."""

    def weights(self) -> Sequence[GraphTensor]:
        """Return the tensors that were trained."""
