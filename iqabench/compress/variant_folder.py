"""The folder of a variant: weights, and a card that needs no other file.

The folder is a model by its path (`iqabench run --model FOLDER`), and by its id where IQABENCH_MODELS names
the folder above it.
"""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import safetensors.torch
import yaml
from torch import Tensor

from iqabench.atomic import part_of, remove_dead_parts, write_whole
from iqabench.errors import CompressError
from iqabench.facts import read_yaml
from iqabench.models.core import catalogue
from iqabench.models.core.card import Card, Variant
from iqabench.models.core.load import load_model
from iqabench.models.core.model import Model

WEIGHTS = "weights.safetensors"
CARD = "card.yaml"
_PACKAGE = catalogue.FAMILIES


def card_file(folder: Path) -> Path:
    """Return the path of the card in the folder of a variant."""
    return folder / CARD


def runs_own_code(card: Card) -> bool:
    """Return whether a variant's network is the user's own code, which its folder runs only with consent."""
    return card.loader == "factory" or (card.folder / "network.py").is_file()


def check_place(folder: Path) -> None:
    """Check that a variant can be written to this folder, before hours of training.

    Raises: CompressError when the folder exists and is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CompressError(
            f"{folder} exists already. Remove it, or name another folder with --out."
        )


def write_variant(
    folder: Path,
    *,
    name: str,
    parent: Model,
    state: dict[str, Tensor],
    variant: Variant,
    params: int,
    network: str | None = None,
    arguments: dict[str, Any] | None = None,
    notes: str = "",
    training_sets: tuple[str, ...] = (),
    fresh: bool = False,
) -> Path:
    """Write the weights and the card of a variant called `name`; the folder appears complete or not at all.

    Network, range, sizes, licence and training sets are those of the parent; `network` and `arguments`
    replace them where the variant has another network. `training_sets` are added to those of the parent; for
    a variant that is `fresh` (its training began with random weights) they are the only ones.
    The written folder is loaded once before it is moved to its place.

    Returns: `folder`.
    Raises: CompressError when the folder exists, when no card can name a network of the parent's kind, or
        when weights of this kind cannot be loaded again.
    """
    check_place(folder)
    part = part_of(folder)
    remove_dead_parts(folder.parent)
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        weights = _own_memory(state)
        safetensors.torch.save_file(weights, part / WEIGHTS)
        facts = _loader_facts(parent, weights, network, arguments, part)
        all_sets = (*(() if fresh else parent.card.training_sets), *training_sets)
        card = _card(parent.card, name, variant, facts, params, notes, all_sets)
        card["members"][0]["weights"] = _weights_facts((part / WEIGHTS).read_bytes())
        _write_card(part, card)
        load_model(str(part.resolve()))
        if folder.exists():
            folder.rmdir()  # it is empty, and Windows does not replace a folder
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _weights_facts(data: bytes) -> dict[str, Any]:
    """Return the entry of a card for the content of its file of weights."""
    return {
        "file": WEIGHTS,
        "embedded": True,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
    }


def _own_memory(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return tensors that share no memory, as the file needs them; a layer used twice has two names."""
    weights: dict[str, Tensor] = {}
    seen: set[int] = set()
    for key, value in state.items():
        tensor = value.detach().cpu().contiguous()
        place = tensor.untyped_storage().data_ptr()
        weights[key] = tensor.clone() if place in seen else tensor
        seen.add(place)
    return weights


def add_figures(folder: Path, **figures: dict[str, float | int | None]) -> None:
    """Add measured figures (before=..., after=...) to the card of a written variant."""
    card = read_yaml(folder / CARD)
    card["members"][0]["variant"].setdefault("figures", {}).update(figures)
    _write_card(folder, card)


def _write_card(folder: Path, card: dict[str, Any]) -> None:
    text = yaml.safe_dump(card, sort_keys=False, allow_unicode=True, width=110)
    write_whole(folder / CARD, text.encode())


def _card(
    parent: Card,
    name: str,
    variant: Variant,
    facts: dict[str, Any],
    params: int,
    notes: str,
    training_sets: tuple[str, ...],
) -> dict[str, Any]:
    """Return the content of the card file: a family with one member."""
    arguments = facts.pop("arguments")
    shared: dict[str, Any] = {
        "family": parent.family,
        "title": f"{parent.title}, {variant.method}",
        "source": parent.source,
        "code": parent.code,
        "licence": parent.licence,
        "task": parent.task,
        **facts,
        "version": parent.version,
        "channels": parent.channels,
        "range": parent.range,
        "size_multiple": parent.size_multiple,
        "min_size": parent.min_size,
        **({"output": parent.output} if parent.output else {}),
        "whole_image": parent.whole_image,
        "training_sets": list(dict.fromkeys(training_sets)),
    }
    member: dict[str, Any] = {
        "id": name,
        "scale": parent.scale,
        "params": params,
        "arguments": arguments,
        "variant": variant.model_dump(mode="json"),
        "notes": notes,
    }
    return {**shared, "members": [member]}


def _loader_facts(
    parent: Model,
    state: dict[str, Tensor],
    network: str | None,
    arguments: dict[str, Any] | None,
    folder: Path,
) -> dict[str, Any]:
    """Return loader, network, architecture and arguments, from which the network is built.

    The network.py of a user's own family is copied into `folder`.
    """
    card = parent.card
    values = card.arguments if arguments is None else arguments
    if network is not None:
        return {"loader": "network", "network": network, "arguments": values}
    if card.loader == "factory":
        return {"loader": "factory", "network": card.network, "arguments": {}}
    if card.loader in ("spandrel", "file"):
        _check_same_shapes(parent, state)
        return {
            "loader": "spandrel",
            "network": card.network,
            "architecture": card.architecture,
            "arguments": values,
        }
    if card.loader != "network":
        raise CompressError(
            f"no card can name the network of {card.id} (its loader is {card.loader}). Give a registered id, "
            "a card's folder, a .pth or .safetensors file, or package.module:factory."
        )
    if "." in card.network:
        return {"loader": "network", "network": card.network, "arguments": values}
    if card.folder.parent == _PACKAGE:
        dotted = f"iqabench.models.{card.folder.name}.network.{card.network}"
        return {"loader": "network", "network": dotted, "arguments": values}
    shutil.copyfile(card.folder / "network.py", folder / "network.py")
    return {"loader": "network", "network": card.network, "arguments": values}


def _check_same_shapes(parent: Model, state: dict[str, Tensor]) -> None:
    """Check that tensors by which spandrel recognises a network keep their shapes.

    Raises: CompressError naming the first tensor with another shape.
    """
    assert parent.module is not None
    old = {key: tuple(value.shape) for key, value in parent.module.state_dict().items()}
    new = {key: tuple(value.shape) for key, value in state.items()}
    changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    if changed:
        raise CompressError(
            f"{parent.card.id} is known only by its tensors, and the variant's differ ({changed[0]}: "
            f"{old.get(changed[0], 'absent')} became {new.get(changed[0], 'absent')}), so no card can name "
            "its network. Write package.module:factory that makes the parent and give that, or register the "
            "family: one folder with a card and a network."
        )
