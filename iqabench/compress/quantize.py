"""Quantisation of a model: convolutions in 8-bit integers, or weights stored in half precision."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from iqabench.compress.calibration import Calibration
from iqabench.compress.int8 import Conversion, to_int8
from iqabench.compress.parent import is_fixed, layout_of, learned_parameters, network_of
from iqabench.compress.provenance import name_of, provenance
from iqabench.compress.variant_folder import check_place, write_variant
from iqabench.errors import CompressError, UnknownNameError, UsageError
from iqabench.models.core.card import Card, Layout, Variant
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.load import load_model
from iqabench.models.core.model import Model

NumberFormat = Literal["int8", "fp16", "bf16"]
_HALVES = {"fp16": torch.float16, "bf16": torch.bfloat16}


@dataclass(frozen=True, kw_only=True)
class QuantisationRequest:
    """The order to quantise a model: its number format, and the layers that stay in fp32."""

    parent: str
    scale: int | None = None
    convention: CallingConvention = AS_FOUND
    """The convention by which a parent that the user brings is called."""
    to: NumberFormat = "int8"
    calibration: Calibration = field(default_factory=Calibration)
    skip: tuple[str, ...] = ()
    """Layers that stay in fp32, as names or patterns such as body.*."""


@dataclass(frozen=True)
class _QuantisedState:
    """The quantised weights, with the facts for the variant's card."""

    state: dict[str, Tensor]
    layers: list[Conversion]
    recipe: str
    layout: Layout = "parent"
    facts: dict[str, Any] = field(default_factory=dict)


def quantise(
    order: QuantisationRequest,
    out: Path,
    *,
    name: str | None = None,
    command: str = "",
    tell: Callable[[str], None] = lambda _: None,
) -> list[Conversion]:
    """Quantise a model and write it to the folder `out`.

    Returns: the outcome for every layer with weights.
    Raises: CompressError when the model cannot be quantised in this way; UsageError and UnknownNameError for
        a --skip that cannot be used; what loading the parent and reading the images raise.
    """
    check_place(out)
    parent = load_model(order.parent, order.scale, convention=order.convention)
    network = network_of(parent)
    if order.to == "int8":
        quantised = _int8_state(order, parent, network, tell)
    else:
        quantised = _half_state(order, parent.card, network)
    kept = {row.layer: row.why for row in quantised.layers if row.why}
    variant = Variant(
        parent=name_of(order.parent, parent.card),
        method="quantised",
        recipe=quantised.recipe,
        layout=quantised.layout,
        made=provenance(command, **quantised.facts, kept=kept),
    )
    write_variant(
        out,
        name=name or f"{parent.card.id}@{order.to}",
        parent=parent,
        state=quantised.state,
        variant=variant,
        params=learned_parameters(network),
    )
    return quantised.layers


def _int8_state(
    order: QuantisationRequest, parent: Model, network: nn.Module, tell: Callable[[str], None]
) -> _QuantisedState:
    fixed = [name for name, layer in network.named_modules() if is_fixed(layer)]
    excluded = dict.fromkeys(fixed, "a fixed layer")
    excluded |= dict.fromkeys(_skipped(order.skip, network), "skipped")
    card, calibration = parent.card, order.calibration
    images, crops, side = calibration.images(card), calibration.crops, calibration.side
    tell(f"calibrating on {crops} crops of {side}x{side} from {images.id} ({len(images)} images)")
    converted = to_int8(network, calibration.batches(card, images), excluded)
    tell(f"largest difference to torchao's graph: {converted.difference:.2g} of the largest output")
    layers = converted.layers
    number = sum(not row.why for row in layers)
    return _QuantisedState(
        converted.network.state_dict(),
        layers,
        f"8-bit weights and activations in {number} of {len(layers)} layers, calibrated on {crops} crops "
        f"of {images.id}",
        "int8",
        {
            "to": "int8",
            "calibration": calibration.facts(images),
            "torchao": version("torchao"),
            "difference_to_graph": converted.difference,
        },
    )


def _skipped(patterns: tuple[str, ...], network: nn.Module) -> list[str]:
    """Return the layers with weights that match the patterns.

    Raises: UnknownNameError for a pattern that matches no layer.
    """
    names = [n for n, m in network.named_modules() if list(m.parameters(recurse=False))]
    skipped = []
    for pattern in patterns:
        matches = [name for name in names if fnmatchcase(name, pattern)]
        if not matches:
            raise UnknownNameError(
                "layer", pattern, names, "'iqabench compress quantize' lists all that it converts."
            )
        skipped += matches
    return skipped


def _half_state(order: QuantisationRequest, card: Card, network: nn.Module) -> _QuantisedState:
    layout = layout_of(card)
    if layout == "int8":
        raise CompressError(f"{card.id} is in 8-bit integers already. Quantise its parent.")
    if order.skip:
        raise UsageError(f"--skip is for --to int8: {order.to} stores all weights in one format.")
    kind = _HALVES[order.to]
    state = {
        name: value.to(kind) if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    for name, value in state.items():
        if value.is_floating_point() and not value.isfinite().all():
            raise CompressError(
                f"{name} has values beyond {order.to}'s range. Take --to bf16, which has the range of fp32."
            )
    layers = [
        Conversion(name, type(layer).__name__, order.to, "as it is run")
        for name, layer in network.named_modules()
        if list(layer.parameters(recurse=False))
    ]
    return _QuantisedState(state, layers, f"weights stored in {order.to}", layout, {"to": order.to})
