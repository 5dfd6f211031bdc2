"""Convolutions in 8-bit integers: calibrated and converted by torchao, then read into our own layers.

torchao's PT2E exports the network, watches what goes into each convolution on calibration images, and makes a
graph of quantise, dequantise and fp32 operators. Such a graph is bound to one image size and to torchao; what
is kept of it is what was found, weights in 8 bits and scales, in `Int8Conv2d`. That both compute the same is
checked.
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

from iqabench.compress.exported import Exported, exported
from iqabench.errors import CompressError
from iqabench.models.layers.int8 import place_int8

_ALIKE = 1e-4
"""Of the largest output: how far our layers may be from torchao's graph, which does the same in fp32."""
_UINT8 = (0, 255, torch.uint8)


@dataclass(frozen=True)
class Conversion:
    """What became of one layer."""

    layer: str
    operator: str
    weights: str
    activations: str
    why: str = ""
    """Why it was left as it is; empty where it was converted."""


@dataclass
class Converted:
    """A network of 8-bit convolutions, and what is to be told of it."""

    network: nn.Module
    layers: list[Conversion]
    difference: float
    """Largest between its outputs and those of torchao's graph, by the largest output."""


def to_int8(network: nn.Module, images: Sequence[Tensor], left: Mapping[str, str]) -> Converted:
    """A copy of the network whose convolutions, but those in `left`, take and have 8 bits.

    `images` are batches of one shape, in the network's range; `left` says by layer why it stays.

    Raises: CompressError when the network cannot be exported, nothing can be converted, or our layers do not
        compute what torchao's graph does.
    """
    network = copy.deepcopy(network).eval().requires_grad_(False)
    found = exported(network, images[0])
    stays = {**found.unfit, **left}
    chosen = [name for name in found.calls.values() if name not in stays]
    if not chosen:
        raise CompressError(f"no convolution of this network can be converted: {_told(stays)}")
    graph = _converted(found, chosen, images)
    state = _read(graph, found, chosen)
    made = copy.deepcopy(network)
    place_int8(made, state, "the converted network")
    made.load_state_dict({**network.state_dict(), **state}, strict=False)
    difference = _difference(made, graph, images)
    if difference > _ALIKE:
        raise CompressError(
            f"the converted layers differ from torchao's graph by {difference:.2g} of the largest output; "
            f"expected {_ALIKE:g} or less. Leave layers out with --skip until they agree."
        )
    return Converted(made, _layers(network, chosen, stays), difference)


class _Convolutions(X86InductorQuantizer):  # type: ignore[misc]  # untyped library
    """X86InductorQuantizer's 8-bit weights and inputs, for the calls that are named and nothing else.

    Its own search is for fused patterns, and fails where one activation module is called at several places
    (RFDN); torch.compile finds the patterns in the converted graph whether or not they were searched before.
    """

    def __init__(self, calls: Collection[str]) -> None:
        super().__init__()
        self._calls = calls

    def annotate(self, model: fx.GraphModule) -> fx.GraphModule:
        """Say which inputs are to be watched and rounded."""
        how = get_default_x86_inductor_quantization_config()
        for node in model.graph.nodes:
            if node.name in self._calls:
                annotate_input_qspec_map(node, node.args[0], get_input_act_qspec(how))
                annotate_input_qspec_map(node, node.args[1], get_weight_qspec(how))
        return model


def _converted(
    found: Exported, chosen: Collection[str], images: Sequence[Tensor]
) -> fx.GraphModule:
    """The graph of torchao: the chosen convolutions observed on the images, then converted."""
    quantiser = _Convolutions({call for call, name in found.calls.items() if name in chosen})
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # about the observers' own future
        watched = prepare_pt2e(found.graph, quantiser)
        for image in images:
            watched(image)
        made: fx.GraphModule = convert_pt2e(watched)
    return made


def _read(graph: fx.GraphModule, found: Exported, chosen: Collection[str]) -> dict[str, Tensor]:
    """Weights and scales of the chosen convolutions, as `Int8Conv2d` calls them.

    Raises: CompressError for a convolution that was converted in another way, or not.
    """
    state: dict[str, Tensor] = {}
    for node in graph.graph.nodes:
        name = found.calls.get(node.name)
        if name not in chosen:
            continue
        given, weight = node.args[:2]
        taken = _arguments(given, "dequantize_per_tensor")
        held = _arguments(weight, "dequantize_per_channel")
        usual = taken and held and tuple(taken[3:6]) == _UINT8 and held[3] == 0
        if not usual or _value(graph, held[2]).any():
            raise CompressError(
                f"torchao did not convert {name} to weights and activations of 8 bits ({given}, {weight}); "
                f"leave it out with --skip {name}."
            )
        state |= {
            f"{name}.weight_int8": _value(graph, held[0]),
            f"{name}.weight_scale": _value(graph, held[1]).float(),
            f"{name}.input_scale": torch.tensor(taken[1], dtype=torch.float32),
            f"{name}.input_zero_point": torch.tensor(taken[2], dtype=torch.int32),
        }
    return state


def _arguments(node: Any, operator: str) -> list[Any]:
    """Of a call of that operator; none for anything else."""
    called = isinstance(node, fx.Node) and getattr(node.target, "_opname", "") == operator
    return list(node.args) if called else []


def _value(graph: fx.GraphModule, node: fx.Node) -> Tensor:
    found: Any = graph
    for part in str(node.target).split("."):
        found = getattr(found, part)
    return torch.as_tensor(found).detach().clone()


def _difference(made: nn.Module, graph: fx.GraphModule, images: Sequence[Tensor]) -> float:
    worst = largest = 0.0
    with torch.no_grad():
        for image in images:
            expected = graph(image)
            worst = max(worst, float((made(image) - expected).abs().max()))
            largest = max(largest, float(expected.abs().max()))
    return worst / max(largest, 1e-12)


def _layers(
    network: nn.Module, chosen: Collection[str], stays: Mapping[str, str]
) -> list[Conversion]:
    rows = []
    for name, layer in network.named_modules():
        kind = type(layer).__name__
        if name in chosen:
            rows.append(Conversion(name, kind, "int8, a scale a channel", "uint8, one scale"))
        elif name in stays:
            rows.append(Conversion(name, kind, "fp32", "fp32", stays[name]))
    return rows


def _told(stays: Mapping[str, str]) -> str:
    """The first few reasons."""
    said = [f"{name}: {why}" for name, why in list(stays.items())[:3]]
    return ("; ".join(said) or "it has none") + "."
