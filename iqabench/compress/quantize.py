"""Quantising a registered model: convolutions in 8-bit integers, or weights stored in half precision."""

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
from iqabench.compress.made import made, name_of
from iqabench.compress.parent import is_fixed, layout_of, learned_parameters, network_of
from iqabench.compress.result import check_place, write_variant
from iqabench.errors import CompressError, UnknownNameError, UsageError
from iqabench.models.core.card import Card, Layout, Variant
from iqabench.models.core.load import load_model
from iqabench.models.core.model import Model

To = Literal["int8", "fp16", "bf16"]
_HALVES = {"fp16": torch.float16, "bf16": torch.bfloat16}


@dataclass(frozen=True, kw_only=True)
class Quantising:
    """What is to be quantised, and how."""

    parent: str
    scale: int | None = None
    to: To = "int8"
    calibration: Calibration = field(default_factory=Calibration)
    skip: tuple[str, ...] = ()
    """Layers that stay in fp32: names, or patterns such as body.*."""


@dataclass(frozen=True)
class _Made:
    """What goes into the written variant."""

    state: dict[str, Tensor]
    layers: list[Conversion]
    recipe: str
    layout: Layout = "parent"
    facts: dict[str, Any] = field(default_factory=dict)


def quantise(
    order: Quantising,
    out: Path,
    *,
    name: str | None = None,
    command: str = "",
    tell: Callable[[str], None] = lambda _: None,
) -> list[Conversion]:
    """Quantise a model and write it to the folder `out`.

    Returns: what became of every layer with weights.
    Raises: CompressError when it cannot be done as asked; UsageError and UnknownNameError for a --skip that
        cannot be; what loading the parent and reading the images raise.
    """
    check_place(out)
    parent = load_model(order.parent, order.scale)
    network = network_of(parent)
    whole = order.to == "int8"
    found = _int8(order, parent, network, tell) if whole else _halved(order, parent.card, network)
    kept = {row.layer: row.why for row in found.layers if row.why}
    variant = Variant(
        parent=name_of(order.parent, parent.card),
        method="quantised",
        recipe=found.recipe,
        layout=found.layout,
        made=made(command, **found.facts, kept=kept),
    )
    write_variant(
        out,
        name=name or f"{parent.card.id}@{order.to}",
        parent=parent,
        state=found.state,
        variant=variant,
        params=learned_parameters(network),
    )
    return found.layers


def _int8(
    order: Quantising, parent: Model, network: nn.Module, tell: Callable[[str], None]
) -> _Made:
    left = {name: "a fixed layer" for name, layer in network.named_modules() if is_fixed(layer)}
    left |= dict.fromkeys(_skipped(order.skip, network), "skipped")
    card, how = parent.card, order.calibration
    images = how.images(card)
    tell(
        f"calibrating on {how.crops} crops of {how.side}x{how.side} from {images.id} ({len(images)} images)"
    )
    converted = to_int8(network, how.batches(card, images), left)
    tell(f"largest difference to torchao's graph: {converted.difference:.2g} of the largest output")
    layers = converted.layers
    many = sum(not row.why for row in layers)
    return _Made(
        converted.network.state_dict(),
        layers,
        f"8-bit weights and activations in {many} of {len(layers)} layers, calibrated on {how.crops} crops "
        f"of {images.id}",
        "int8",
        {
            "to": "int8",
            "calibration": how.facts(images),
            "torchao": version("torchao"),
            "difference_to_graph": converted.difference,
        },
    )


def _skipped(patterns: tuple[str, ...], network: nn.Module) -> list[str]:
    """Layers with weights that the patterns mean.

    Raises: UnknownNameError for a pattern that means none.
    """
    names = [n for n, m in network.named_modules() if list(m.parameters(recurse=False))]
    found = []
    for pattern in patterns:
        meant = [name for name in names if fnmatchcase(name, pattern)]
        if not meant:
            raise UnknownNameError(
                "layer", pattern, names, "'iqabench compress quantize' lists all that it converts."
            )
        found += meant
    return found


def _halved(order: Quantising, card: Card, network: nn.Module) -> _Made:
    layout = layout_of(card)
    if layout == "int8":
        raise CompressError(f"{card.id} is in 8-bit integers already; quantise its parent.")
    if order.skip:
        raise UsageError(f"--skip is for --to int8: {order.to} stores all weights alike.")
    kind = _HALVES[order.to]
    state = {
        name: value.to(kind) if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    for name, value in state.items():
        if value.is_floating_point() and not value.isfinite().all():
            raise CompressError(
                f"{name} has values beyond {order.to}'s range; take --to bf16, which reaches as far as fp32."
            )
    layers = [
        Conversion(name, type(layer).__name__, order.to, "as it is run")
        for name, layer in network.named_modules()
        if list(layer.parameters(recurse=False))
    ]
    return _Made(state, layers, f"weights stored in {order.to}", layout, {"to": order.to})
