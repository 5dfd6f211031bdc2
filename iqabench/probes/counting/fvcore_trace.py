"""Counts of fvcore 0.1.5: read from torch's trace, with fvcore's rules and its gaps.

fvcore walks the graph that torch.jit's tracer leaves. Two things follow that its figures do not tell. An
operator without a rule of fvcore's is 0: convolutions with padding='same' (they trace as _convolution_mode),
scaled dot product attention, bicubic interpolation. And the tracer drops what does not reach the output, so
that everything is lost that feeds only an operator the tracer cannot see.

The rules, in multiply-accumulates, elements meaning those of the first input where nothing else is said:
convolution, linear, products: as they are, biases not counted; einsum: by numpy's best path; batch norm: 1 an
element, 2 if affine; layer, group, instance norm: 4, 5 if affine; nearest interpolation: 1 an output element;
bilinear, grid_sample: 4 an output element; adaptive average pooling: 1 an input element.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
import torch
from torch.jit._trace import _get_trace_graph

from iqabench.errors import ProbeError
from iqabench.probes.core.probed_model import ProbedModel

Shape = list[int]


@dataclass
class FvcoreTrace:
    """The counts of one traced graph."""

    operators: dict[str, dict[str, int]] = field(default_factory=dict)
    """Calls and multiply-accumulates of each counted operator."""
    skipped: dict[str, int] = field(default_factory=dict)
    """Calls of operators that fvcore has no rule for."""
    same: list[int] = field(default_factory=list)
    """True multiply-accumulates of each convolution with padding='same', counted as 0."""

    @property
    def macs(self) -> int:
        """The multiply-accumulates of all counted operators."""
        return sum(one["macs"] for one in self.operators.values())

    @property
    def convolutions(self) -> list[int]:
        """Calls of convolutions in the graph, counted or not, and their true multiply-accumulates."""
        counted = self.operators.get("convolution", {"calls": 0, "macs": 0})
        return [counted["calls"] + len(self.same), counted["macs"] + sum(self.same)]


def fvcore_trace(model: ProbedModel) -> FvcoreTrace:
    """Trace the model at its size; the graph is traced once for all probes.

    Raises: ProbeError for what is no torch module, and for networks that cannot be traced.
    """
    return model.shared("fvcore_trace", lambda: _trace(model))


def _trace(model: ProbedModel) -> FvcoreTrace:
    if model.module is None:
        raise ProbeError(f"{model.name} is no torch network; it cannot be traced.")
    if isinstance(model.module, torch.jit.ScriptModule):
        raise ProbeError(f"{model.name} is compiled to TorchScript; fvcore traces plain modules.")
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of every shape that becomes a constant
        try:
            graph, _ = _get_trace_graph(model.module, (model.batch.clone(),))  # type: ignore[no-untyped-call]
        except Exception as error:  # the network may be anyone's
            raise ProbeError(
                f"{model.name} cannot be traced: {type(error).__name__}: {str(error)[:200]}"
            ) from error
    trace = FvcoreTrace()
    for node in graph.nodes():
        _count(node, trace)
    return trace


def _count(node: Any, into: FvcoreTrace) -> None:
    kind = node.kind()
    name = kind.removeprefix("aten::")
    rule = _RULES.get(name)
    if kind == "aten::_convolution_mode":
        into.same.append(_places(node, node.outputsAt(0)))
    if rule is None:
        if not kind.startswith("prim::") or kind in ("prim::PythonOp", "prim::CallFunction"):
            into.skipped[name] = into.skipped.get(name, 0) + 1
        return
    one = into.operators.setdefault(name.lstrip("_"), {"calls": 0, "macs": 0})
    one["calls"] += 1
    one["macs"] += int(rule(node))


def _shape(value: Any) -> Shape:
    sizes: Shape = value.type().sizes() if value.isCompleteTensor() else []
    return sizes


def _shapes(node: Any) -> list[Shape]:
    return [_shape(value) for value in node.inputs()]


def _places(node: Any, at: Any) -> int:
    """Return the number of weights times the number of places where they are applied."""
    batch, weight = _shapes(node)[:2]
    return batch[0] * prod(weight) * prod(_shape(at)[2:])


def _convolution(node: Any) -> int:
    transposed = node.inputsAt(6).toIValue()
    return _places(node, node.inputsAt(0) if transposed else node.outputsAt(0))


def _linear(node: Any) -> int:
    batch, weight = _shapes(node)[:2]
    return prod(batch) * weight[0]


def _addmm(node: Any) -> int:
    rows, columns = _shapes(node)[1:3]
    return prod(rows) * columns[1]


def _matmul(node: Any) -> int:
    first, second = _shapes(node)[:2]
    return prod(first) * second[-1]


def _einsum(node: Any) -> int:
    equation = node.inputsAt(0).toIValue().replace(" ", "")
    shapes = [_shape(value) for value in node.inputsAt(1).node().inputs()]
    letters = {
        letter: chr(97 + n) for n, letter in enumerate(dict.fromkeys(filter(str.isalpha, equation)))
    }
    plain = "".join(letters.get(letter, letter) for letter in equation)
    if plain == "abc,abd->acd":
        return prod(shapes[0]) * shapes[1][-1]
    if plain == "abc,adc->adb":
        return prod(shapes[0]) * shapes[1][1]
    path = np.einsum_path(plain, *(np.broadcast_to(0.0, s) for s in shapes), optimize="optimal")[1]
    line_of_flops = next(line for line in path.splitlines() if "optimized flop" in line.lower())
    return int(float(line_of_flops.split(":")[-1]) / 2)


def _norm(affine: int) -> Callable[[Any], int]:
    """Return the rule of layer, group or instance norm; `affine` is the argument that holds the weight."""
    return lambda node: prod(_shapes(node)[0]) * (5 if _shapes(node)[affine] else 4)


def _batch_norm(node: Any) -> int:
    if node.inputsAt(5).toIValue():
        return _norm(1)(node)
    return prod(_shapes(node)[0]) * (2 if _shapes(node)[1] else 1)


def _output(times: int) -> Callable[[Any], int]:
    return lambda node: times * prod(_shape(node.outputsAt(0)))


_RULES: Mapping[str, Callable[[Any], int]] = {
    "_convolution": _convolution,
    "linear": _linear,
    "addmm": _addmm,
    "bmm": _matmul,
    "matmul": _matmul,
    "mm": _matmul,
    "einsum": _einsum,
    "batch_norm": _batch_norm,
    "group_norm": _norm(2),
    "layer_norm": _norm(2),
    "instance_norm": _norm(1),
    "upsample_nearest2d": _output(1),
    "upsample_bilinear2d": _output(4),
    "adaptive_avg_pool2d": lambda node: prod(_shapes(node)[0]),
    "grid_sampler": _output(4),
}
