"""The networks of cards, built without their weights."""

import hashlib
import importlib
import re
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from types import FunctionType, ModuleType
from typing import Any, cast

from torch import Tensor, nn

from iqabench.errors import ModelError
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import FAMILIES, installed_folders
from iqabench.models.loaders.factory import call_factory
from iqabench.models.loaders.spandrel import without_spandrels_warnings
from iqabench.models.sources.code import prepare_file, prepare_import
from iqabench.models.sources.freshness import without_bytecode
from iqabench.models.sources.reading import watching_reads
from iqabench.tasks import task_named
from iqabench.trust import require_trust

_KNOWN = re.compile(r"iqabench\.models\.\w+\.network|spandrel\.architectures\.\w+(\.[\w.]+)?")
"""The modules whose networks any card may name: `iqabench compress` writes such cards."""


def build(card: Card) -> nn.Module:
    """Return the network of a card with its initial weights.

    Raises: ModelError when there is no such network; TrustError when it is code of others, without consent.
    """
    if card.loader == "factory":
        _require_trust(card, name=card.network)
        return call_factory(card.network)
    takes_scale = card.loader != "spandrel" and task_named(card.task).has_scales
    scale = {"scale": card.scale} if takes_scale else {}
    with watching_reads(), without_spandrels_warnings():
        factory = network_class(card)
        return cast(nn.Module, factory(**scale, **card.arguments))


def network_class(card: Card) -> Callable[..., Any]:
    """Return the class, or the function, that the card of a family names as its network.

    Raises: ModelError when there is none; TrustError when it is code of others, without consent.
    """
    module, _, attribute = card.network.rpartition(".")
    is_installed = card.folder.parent == FAMILIES or card.folder.parent in installed_folders()
    if module and not is_installed and not _KNOWN.fullmatch(module):
        _require_trust(card)
    place = _imported(card, module) if module else _network_file(card)
    factory: Callable[..., Any] | None = getattr(place, attribute, None)
    if factory is None:
        raise ModelError(
            f"the card of '{card.name}' names the network '{card.network}', which is not "
            f"in {place.__file__}."
        )
    if module and not is_installed and not _is_network(factory):
        _require_trust(card)
    return factory


def adapt_names(card: Card, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return published weights with the names of the card's network.

    The function `adapt` beside the network renames them. Weights that `iqabench compress` wrote have the
    names of the network already.
    """
    compressed = card.variant is not None and bool(card.variant.made)
    published = card.loader == "network" and "." not in card.network and not compressed
    adapt: Any = getattr(_network_file(card), "adapt", None) if published else None
    return adapt(state, card.scale) if adapt is not None else state


def _imported(card: Card, module: str) -> ModuleType:
    prepare_import(module)
    try:
        with without_bytecode():
            return importlib.import_module(module)
    except ImportError as error:
        raise ModelError(
            f"the card of '{card.name}' names the network '{card.network}', which cannot be imported: "
            f"{error}."
        ) from error


def _is_network(factory: object) -> bool:
    """Return whether a callable of a known module makes a network; others were imported there."""
    if isinstance(factory, type) and issubclass(factory, nn.Module):
        return True
    return isinstance(factory, FunctionType) and bool(_KNOWN.fullmatch(factory.__module__))


def _require_trust(card: Card, *, name: str = "") -> None:
    """Check that a callable outside this package may be called because a card names it."""
    arguments = ", ".join(f"{key}={value!r}" for key, value in card.arguments.items())
    require_trust(
        f"the card of '{card.name}' calls {card.network}({arguments})",
        card.folder / "card.yaml",
        name=name,
    )


def _network_file(card: Card) -> ModuleType:
    """Return the module network.py beside the card; for other packages it is loaded by its path.

    Raises: TrustError for a folder that is neither of this package nor installed, without consent.
    """
    path = card.folder / "network.py"
    if card.folder.parent == FAMILIES:
        return importlib.import_module(f"iqabench.models.{card.folder.name}.network")
    # Another name for other code: a process that has run the file runs it again once it was edited.
    identity = f"{path.absolute()}\0{prepare_file(path) if path.is_file() else ''}"
    name = f"iqabench_model_{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    if name not in sys.modules:
        spec = spec_from_file_location(name, path)
        if spec is None or spec.loader is None or not path.is_file():
            raise ModelError(f"{path} is missing; the card beside it needs a network.")
        if card.folder.parent not in installed_folders():
            require_trust(f"the network '{card.network}' of the card of '{card.name}'", path)
        sys.modules[name] = module_from_spec(spec)
        with without_bytecode():
            spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]
