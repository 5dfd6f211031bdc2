"""Loading a model by whatever names it: an id, a file, a factory or a command."""

import hashlib
import importlib
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import torch
from torch import nn

from iqabench.errors import FetchError, ModelError, WeightsError
from iqabench.files.fetch import fetch
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import FAMILIES, card_at, card_of
from iqabench.models.core.layout import lay_out, try_out
from iqabench.models.core.model import Model, NetworkModel
from iqabench.models.core.weights import load_strictly, read_state
from iqabench.models.loaders.command import load_command
from iqabench.models.loaders.factory import call_factory, load_factory
from iqabench.models.loaders.onnx import load_onnx
from iqabench.models.loaders.script import load_script
from iqabench.models.loaders.spandrel import (
    load_spandrel,
    spandrel_module,
    without_spandrels_warnings,
)
from iqabench.tasks import task_named

_SUFFIXES: dict[str, Callable[[Path], Model]] = {
    ".pth": load_spandrel,
    ".ckpt": load_spandrel,
    ".safetensors": load_spandrel,
    ".pt": load_script,
    ".ts": load_script,
    ".torchscript": load_script,
    ".pt2": load_script,
    ".onnx": load_onnx,
}

_CARDS = (".yaml", ".yml")


def is_own(name: str) -> bool:
    """Whether `name` is something the user brings rather than a registered id."""
    suffix = Path(name).suffix.lower()
    return ":" in name or suffix in (*_SUFFIXES, *_CARDS) or "/" in name


def load_model(
    name: str,
    scale: int | None = None,
    *,
    allow_random_weights: bool = False,
    progress: bool | None = None,
) -> Model:
    """The model that `name` means, on the CPU in fp32.

    `name` is an id (rlfn, rlfn_x2), a variant (rfdn@pruned), a card or its folder, a file (.pth .pt
    .safetensors .onnx, TorchScript, exported program), `package.module:factory`, or
    `cmd:PROGRAM {input} {output}`.

    Raises: UnknownNameError, ModelError, WeightsError, FetchError.
    """
    if name.startswith("cmd:"):
        return load_command(name, scale or 1)
    if is_own(name):
        return _load_own(name)
    return load_card(
        card_of(name, scale), allow_random_weights=allow_random_weights, progress=progress
    )


def load_card(
    card: Card, *, allow_random_weights: bool = False, progress: bool | None = None
) -> Model:
    """A registered model with its published weights.

    Raises: WeightsError when they cannot be had or do not fit, FactsError for a card without a network.
    """
    if card.weights is None:
        module = build(card)
        return NetworkModel(card, module, f"none:{card.name}:{card.version}")
    try:
        path = weights_path(card, progress=progress)
    except FetchError as error:
        if allow_random_weights:
            return random_model(card)
        raise WeightsError(_how_to_hand_over(card, error)) from error
    state = read_state(path, card.weights.file)
    sha256 = card.weights.sha256 or _sha256(path)
    if card.loader == "spandrel":
        return NetworkModel(card, spandrel_module(state, card.weights.file), sha256)
    module = build(card)
    adapt = getattr(_network_file(card), "adapt", None) if _is_published(card) else None
    if adapt is not None:
        state = adapt(state, card.scale)
    module = lay_out(module, card, state)
    load_strictly(module, state, f"{card.name} ({card.weights.file})")
    try_out(module, card)
    return NetworkModel(card, module, sha256)


def random_model(card: Card) -> Model:
    """A registered model with random weights, for measuring cost alone; its records say so.

    Raises: WeightsError for a variant whose weights say what its network is.
    """
    if card.variant is not None and card.variant.layout != "parent":
        raise WeightsError(
            f"{card.name} is what its weights say ({card.variant.layout}); without them there is nothing to "
            "measure, random or not."
        )
    torch.manual_seed(0)
    return NetworkModel(card, build(card), f"random:{card.name}", random_weights=True)


def weights_path(card: Card, *, progress: bool | None = None) -> Path:
    """The card's weights as a local file, fetched if need be.

    Raises: FetchError; WeightsError for a file beside the card that is not the one it means.
    """
    assert card.weights is not None
    if card.weights.embedded:
        path = card.folder / card.weights.file
        if not path.is_file():
            raise FetchError(f"{path} is missing, which {card.folder / 'card.yaml'} names.")
        found = _sha256(path)
        if card.weights.sha256 and found != card.weights.sha256:
            raise WeightsError(
                f"{path} is not the file that its card means: SHA-256 {found}, expected "
                f"{card.weights.sha256}. Restore the file, or make the variant again."
            )
        return path
    file = card.weights.remote
    return fetch([file], progress=progress, owner=card.name)[file]


def build(card: Card) -> nn.Module:
    """The card's network, weights as they were initialised.

    Raises: ModelError when there is no such network.
    """
    if card.loader == "factory":
        return call_factory(card.network)
    module, _, attribute = card.network.rpartition(".")
    place = importlib.import_module(module) if module else _network_file(card)
    factory = getattr(place, attribute, None)
    if factory is None:
        raise ModelError(
            f"the card of '{card.name}' names the network '{card.network}', which is not "
            f"in {place.__file__}."
        )
    takes_scale = card.loader != "spandrel" and task_named(card.task).has_scales
    scale = {"scale": card.scale} if takes_scale else {}
    with without_spandrels_warnings():
        return cast(nn.Module, factory(**scale, **card.arguments))


def _is_published(card: Card) -> bool:
    """Whether the weights are as their authors published them, and the network stands beside the card; what
    `iqabench compress` wrote has the network's own names already.
    """
    made = card.variant is not None and bool(card.variant.made)
    return card.loader == "network" and "." not in card.network and not made


def _network_file(card: Card) -> ModuleType:
    """network.py beside the card; families from other packages are loaded by their path."""
    path = card.folder / "network.py"
    if card.folder.parent == FAMILIES:
        return importlib.import_module(f"iqabench.models.{card.folder.name}.network")
    name = f"iqabench_model_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if name not in sys.modules:
        spec = spec_from_file_location(name, path)
        if spec is None or spec.loader is None or not path.is_file():
            raise ModelError(f"{path} is missing; the card beside it needs a network.")
        sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def _load_own(name: str) -> Model:
    path = Path(name)
    if (path / "card.yaml").is_file() or (path.is_file() and path.suffix.lower() in _CARDS):
        return load_card(card_at(path))
    if path.is_file():
        loader = _SUFFIXES.get(path.suffix.lower())
        if loader is None:
            raise ModelError(f"{name} is no model file; expected one of {' '.join(_SUFFIXES)}.")
        return loader(path)
    if path.suffix.lower() in _SUFFIXES or ":" not in name:
        raise ModelError(f"the model file {name} does not exist.")
    return load_factory(name)


def _how_to_hand_over(card: Card, error: Exception) -> str:
    assert card.weights is not None
    where = card.weights.url or card.weights.page or "its authors"
    proof = card.weights.sha256 or card.weights.sha256_prefix
    known = f" (SHA-256 {proof}{'' if card.weights.sha256 else '...'})" if proof else ""
    return (
        f"{card.name} needs its weights {card.weights.file}{known}, published at {where}.\n{error}\n"
        "For measuring cost alone, --allow-random-weights runs without them and marks every record."
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def facts_of(model: Model) -> dict[str, Any]:
    """The declared facts of a loaded model, for printing."""
    return model.card.model_dump(exclude={"folder"})
