"""The graph of an ONNX file as probes see it: its nodes with the shapes that they had in a run, and its
weights.

onnxruntime's own profile tells the shapes, so that nodes whose sizes are computed are right, too. The graph
is run as it stands in the file, without onnxruntime's fusions.
"""

import importlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from torch import Tensor

from iqabench.errors import ModelError
from iqabench.models.loaders.onnx_program import (
    OnnxProgram,
    first_line,
    new_session,
    session_options,
)

Shape = list[int]

_NO_WEIGHTS = (
    "Resize",
    "Upsample",
    "Pad",
    "Clip",
    "Reshape",
    "Slice",
    "Expand",
    "Tile",
    "QuantizeLinear",
)
"""Nodes whose further inputs are settings."""
_SETTINGS: dict[str, tuple[int, ...]] = {
    "BatchNormalization": (3, 4),
    "DequantizeLinear": (1, 2),
    "QLinearConv": (1, 2, 4, 5, 6, 7),
    "QLinearMatMul": (1, 2, 4, 5, 6, 7),
    "ConvInteger": (2, 3),
    "MatMulInteger": (2, 3),
}
"""The inputs of nodes that were not trained: statistics, scales and zero points."""
_BYTES = {1: 4, 2: 1, 3: 1, 6: 4, 10: 2, 11: 8, 16: 2}
"""Bytes of an element by ONNX's numbers of the types that weights have."""


@dataclass(frozen=True)
class NodeCall:
    """One node that ran."""

    operator: str
    inputs: list[Shape]
    outputs: list[Shape]
    attributes: dict[str, Any]
    is_integer: bool
    """True when its output holds whole numbers of 64 bits, as sizes do."""


@dataclass(frozen=True)
class GraphWeight:
    """One tensor of weights."""

    operator: str
    """The node that reads it."""
    shape: Shape
    bytes: int

    @property
    def dimensions(self) -> int:
        """The number of its dimensions."""
        return len(self.shape)

    @property
    def elements(self) -> int:
        """The number of its elements."""
        return prod(self.shape)


class OnnxGraph:
    """The graph of an ONNX file."""

    def __init__(self, program: OnnxProgram) -> None:
        self._program = program

    def calls(self, batch: Tensor) -> list[NodeCall]:
        """Return the nodes that run on a batch (N, C, H, W) in the program's range, in their order.

        Raises: ModelError when the package onnx is not installed, or the graph cannot be run.
        """
        model = self._load(with_data=True)
        attributes = {}
        for number, node in enumerate(_nodes(model.graph)):
            node.name = f"node{number}"
            attributes[node.name] = {a.name: _value(a) for a in node.attribute}
        with tempfile.TemporaryDirectory(prefix="iqabench-") as folder:
            events = self._profile(model, batch, folder)
        return [
            NodeCall(
                event["op_name"],
                _shapes(event["input_type_shape"]),
                _shapes(event["output_type_shape"]),
                attributes.get(name, {}),
                all("int64" in output for output in event["output_type_shape"]),
            )
            for name, event in events
        ]

    def weights(self) -> list[GraphWeight]:
        """Return the tensors that were trained: no statistics, scales, sizes or single numbers.

        Raises: ModelError when the package onnx is not installed.
        """
        graph = self._load(with_data=False).graph
        tensors = {t.name: t for t in graph.initializer if t.data_type in _BYTES and t.dims}
        for node in graph.node:  # equal tensors are stored once, and told apart by Identity
            if node.op_type == "Identity" and node.input[0] in tensors:
                tensors[node.output[0]] = tensors[node.input[0]]
        read: dict[str, GraphWeight] = {}
        for node in _nodes(graph):
            if node.op_type in ("Identity", *_NO_WEIGHTS):
                continue
            for place, name in enumerate(node.input):
                if name in tensors and place not in _SETTINGS.get(node.op_type, ()):
                    tensor = tensors[name]
                    size = prod(tensor.dims) * _BYTES[tensor.data_type]
                    read.setdefault(name, GraphWeight(node.op_type, list(tensor.dims), size))
        return list(read.values())

    def _load(self, *, with_data: bool) -> Any:
        try:
            onnx = importlib.import_module("onnx")  # optional
        except ImportError as error:
            raise ModelError(
                f"counting in {self._program.name} needs the package onnx: pip install 'iqabench[onnx]'"
            ) from error
        return onnx.load(self._program.name, load_external_data=with_data)

    def _profile(self, model: Any, batch: Tensor, folder: str) -> list[tuple[str, dict[str, Any]]]:
        """Run a graph and return its nodes with their facts, by their names."""
        options = session_options()
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder, "nodes"))
        options.graph_optimization_level = type(options.graph_optimization_level).ORT_DISABLE_ALL
        options.add_session_config_entry(
            "session.disable_prepacking", "1"
        )  # else weights have no shape
        try:
            session = new_session(model.SerializeToString(), options)
        except Exception as error:
            raise ModelError(
                f"{self._program.name} cannot be counted: {first_line(error)}"
            ) from error
        OnnxProgram(session, self._program.name)(batch)
        ending = "_kernel_time"
        return [
            (event["name"].removesuffix(ending), event["args"])
            for event in json.loads(Path(session.end_profiling()).read_bytes())
            if event.get("cat") == "Node" and event["name"].endswith(ending)
        ]


def _nodes(graph: Any) -> Iterator[Any]:
    """Yield all nodes, those of branches and loops, too."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from _nodes(inner)


def _value(attribute: Any) -> Any:
    """Return the value of an attribute: a number, a text, or a list of numbers."""
    if attribute.s:
        return attribute.s.decode(errors="replace")
    if attribute.ints:
        return list(attribute.ints)
    return attribute.i or attribute.f


def _shapes(types: list[dict[str, Shape]]) -> list[Shape]:
    return [shape for each in types for shape in each.values()]
