"""Convolutions in 8-bit integers: calibrated and converted by torchao, then read into our own layers.

torchao's PT2E exports the network, observes the inputs of each convolution on calibration images, and makes a
graph of quantise, dequantise and fp32 operators. Such a graph is bound to one image size and to torchao, so
only its 8-bit weights and its scales are kept, in `Int8Conv2d`. A check compares the outputs of both.
"""

import copy
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn
from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e
from torchao.quantization.pt2e.quantizer import (
    annotate_input_qspec_map,
    get_input_act_qspec,
    get_weight_qspec,
)
from torchao.quantization.pt2e.quantizer.x86_inductor_quantizer import (
    X86InductorQuantizer,
    get_default_x86_inductor_quantization_config,
)

from iqabench.compress.export import ExportedNetwork, export_network
from iqabench.errors import CompressError
from iqabench.models.layers.int8 import place_int8

_TOLERANCE = 1e-4
"""Largest allowed difference to torchao's graph, which computes the same in fp32, by the largest output."""
_UINT8 = (0, 255, torch.uint8)


@dataclass(frozen=True)
class Conversion:
    """The outcome for one layer: the numbers it computes with, or the reason why it was not converted."""

    layer: str
    operator: str
    weights: str
    activations: str
    why: str = ""
    """The reason why the layer was not converted; empty where it was."""


@dataclass
class ConvertedNetwork:
    """A network of 8-bit convolutions, with the outcome for every layer."""

    network: nn.Module
    layers: list[Conversion]
    difference: float
    """Largest difference between its outputs and those of torchao's graph, by the largest output."""


def to_int8(
    network: nn.Module, images: Sequence[Tensor], excluded: Mapping[str, str]
) -> ConvertedNetwork:
    """Return a copy of the network whose convolutions have 8-bit weights and inputs.

    `images` are batches of one shape, in the network's range; `excluded` gives by layer the reason why it
    must not be converted.

    Raises: CompressError when the network cannot be exported, nothing can be converted, or our layers do not
        compute what torchao's graph does.
    """
    network = copy.deepcopy(network).eval().requires_grad_(False)
    exported = export_network(network, images[0])
    reasons = {**exported.unfit, **excluded}
    chosen = [name for name in exported.calls.values() if name not in reasons]
    if not chosen:
        raise CompressError(
            f"no convolution of this network can be converted: {_first_reasons(reasons)}"
        )
    graph = _convert(exported, chosen, images)
    state = _read_state(graph, exported, chosen)
    converted = copy.deepcopy(network)
    place_int8(converted, state, "the converted network")
    converted.load_state_dict({**network.state_dict(), **state}, strict=False)
    difference = _difference(converted, graph, images)
    if difference > _TOLERANCE:
        raise CompressError(
            f"the converted layers differ from torchao's graph by {difference:.2g} of the largest output; "
            f"expected {_TOLERANCE:g} or less. Exclude layers with --skip until they agree."
        )
    return ConvertedNetwork(converted, _layers(network, chosen, reasons), difference)


class _ConvolutionQuantizer(X86InductorQuantizer):  # type: ignore[misc]  # untyped library
    """A quantizer that annotates only the named calls, with X86InductorQuantizer's 8-bit settings.

    X86InductorQuantizer itself searches for fused patterns, and fails where one activation module is called
    at several places (RFDN); torch.compile finds the patterns in the converted graph in both cases.
    """

    def __init__(self, calls: Collection[str]) -> None:
        super().__init__()
        self._calls = calls

    def annotate(self, model: fx.GraphModule) -> fx.GraphModule:
        """Annotate the inputs and weights that torchao must observe and round."""
        settings = get_default_x86_inductor_quantization_config()
        for node in model.graph.nodes:
            if node.name in self._calls:
                annotate_input_qspec_map(node, node.args[0], get_input_act_qspec(settings))
                annotate_input_qspec_map(node, node.args[1], get_weight_qspec(settings))
        return model


def _convert(
    exported: ExportedNetwork, chosen: Collection[str], images: Sequence[Tensor]
) -> fx.GraphModule:
    """Return torchao's graph: the chosen convolutions are observed on the images, then converted."""
    quantiser = _ConvolutionQuantizer(
        {call for call, name in exported.calls.items() if name in chosen}
    )
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # about the observers' own future
        prepared = prepare_pt2e(exported.graph, quantiser)
        for image in images:
            prepared(image)
        converted: fx.GraphModule = convert_pt2e(prepared)
    return converted


def _read_state(
    graph: fx.GraphModule, exported: ExportedNetwork, chosen: Collection[str]
) -> dict[str, Tensor]:
    """Return weights and scales of the chosen convolutions, under the names that `Int8Conv2d` has.

    Raises: CompressError for a convolution that was converted in another way, or not at all.
    """
    state: dict[str, Tensor] = {}
    for node in graph.graph.nodes:
        name = exported.calls.get(node.name)
        if name not in chosen:
            continue
        activation, weight = node.args[:2]
        inputs = _arguments(activation, "dequantize_per_tensor")
        weights = _arguments(weight, "dequantize_per_channel")
        usual = inputs and weights and tuple(inputs[3:6]) == _UINT8 and weights[3] == 0
        if not usual or _value(graph, weights[2]).any():
            raise CompressError(
                f"torchao did not convert {name} to weights and activations of 8 bits ({activation}, "
                f"{weight}). Exclude it with --skip {name}."
            )
        state |= {
            f"{name}.weight_int8": _value(graph, weights[0]),
            f"{name}.weight_scale": _value(graph, weights[1]).float(),
            f"{name}.input_scale": torch.tensor(inputs[1], dtype=torch.float32),
            f"{name}.input_zero_point": torch.tensor(inputs[2], dtype=torch.int32),
        }
    return state


def _arguments(node: Any, operator: str) -> list[Any]:
    """Return the arguments of a call of that operator, or an empty list for any other node."""
    called = isinstance(node, fx.Node) and getattr(node.target, "_opname", "") == operator
    return list(node.args) if called else []


def _value(graph: fx.GraphModule, node: fx.Node) -> Tensor:
    value: Any = graph
    for part in str(node.target).split("."):
        value = getattr(value, part)
    return torch.as_tensor(value).detach().clone()


def _difference(converted: nn.Module, graph: fx.GraphModule, images: Sequence[Tensor]) -> float:
    worst = largest = 0.0
    with torch.no_grad():
        for image in images:
            expected = graph(image)
            worst = max(worst, float((converted(image) - expected).abs().max()))
            largest = max(largest, float(expected.abs().max()))
    return worst / max(largest, 1e-12)


def _layers(
    network: nn.Module, chosen: Collection[str], reasons: Mapping[str, str]
) -> list[Conversion]:
    rows = []
    for name, layer in network.named_modules():
        kind = type(layer).__name__
        if name in chosen:
            rows.append(Conversion(name, kind, "int8, a scale a channel", "uint8, one scale"))
        elif name in reasons:
            rows.append(Conversion(name, kind, "fp32", "fp32", reasons[name]))
    return rows


def _first_reasons(reasons: Mapping[str, str]) -> str:
    """Return the first three reasons as text."""
    texts = [f"{name}: {reason}" for name, reason in list(reasons.items())[:3]]
    return ("; ".join(texts) or "it has none") + "."
