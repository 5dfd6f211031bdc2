"""What a compression leaves: a folder with weights and a card that stands alone.

The folder is a model by its path (`iqabench run --model FOLDER`), and by its id where IQABENCH_MODELS names
the folder above it.
"""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import safetensors.torch
import yaml
from torch import Tensor

from iqabench.atomic import write_whole
from iqabench.errors import CompressError
from iqabench.facts import read_yaml
from iqabench.models.core import catalogue
from iqabench.models.core.card import Card, Variant
from iqabench.models.core.load import load_model
from iqabench.models.core.model import Model

WEIGHTS = "weights.safetensors"
CARD = "card.yaml"
_PACKAGE = catalogue.FAMILIES


def check_place(folder: Path) -> None:
    """Whether a variant can be written here; asked before hours of training.

    Raises: CompressError when something is here already.
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
    """Write the weights and the card of a variant called `name`; the folder is there whole or not at all.

    What the network is, its range, sizes, licence and training sets are the parent's; `network` and
    `arguments` say otherwise where the variant is of another network. `training_sets` are those that were
    added; of one that is `fresh`, with nothing left of what its parent learned, they are all.
    The written folder is loaded once before it takes its place.

    Returns: `folder`.
    Raises: CompressError when the folder exists, when the parent is of a kind that no card can name, or when
        weights of this kind cannot be loaded again.
    """
    check_place(folder)
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        kept = {key: value.detach().cpu().contiguous() for key, value in state.items()}
        safetensors.torch.save_file(kept, part / WEIGHTS)
        facts = _built_by(parent, kept, network, arguments, part)
        seen = (*(() if fresh else parent.card.training_sets), *training_sets)
        card = _card(parent.card, name, variant, facts, params, notes, seen)
        data = (part / WEIGHTS).read_bytes()
        card["members"][0]["weights"] = {
            "file": WEIGHTS,
            "embedded": True,
            "sha256": hashlib.sha256(data).hexdigest(),
            "bytes": len(data),
        }
        _write_card(part, card)
        load_model(str(part.resolve()))
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def add_figures(folder: Path, **figures: dict[str, float | int | None]) -> None:
    """Put what was measured (before=..., after=...) onto the card of a written variant."""
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
    """As YAML has it: a family of one."""
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


def _built_by(
    parent: Model,
    state: dict[str, Tensor],
    network: str | None,
    arguments: dict[str, Any] | None,
    folder: Path,
) -> dict[str, Any]:
    """What makes the network: loader, network, architecture and arguments.

    A user's own family keeps its network.py: it is copied into `folder`.
    """
    card = parent.card
    given = card.arguments if arguments is None else arguments
    if network is not None:
        return {"loader": "network", "network": network, "arguments": given}
    if card.loader == "factory":
        return {"loader": "factory", "network": card.network, "arguments": {}}
    if card.loader in ("spandrel", "file"):
        _check_same_shapes(parent, state)
        return {
            "loader": "spandrel",
            "network": card.network,
            "architecture": card.architecture,
            "arguments": given,
        }
    if card.loader != "network":
        raise CompressError(
            f"{card.id} is no network that a card could name ({card.loader}). Give a registered id, a card's "
            "folder, a .pth or .safetensors file, or package.module:factory."
        )
    if "." in card.network:
        return {"loader": "network", "network": card.network, "arguments": given}
    if card.folder.parent == _PACKAGE:
        dotted = f"iqabench.models.{card.folder.name}.network.{card.network}"
        return {"loader": "network", "network": dotted, "arguments": given}
    shutil.copyfile(card.folder / "network.py", folder / "network.py")
    return {"loader": "network", "network": card.network, "arguments": given}


def _check_same_shapes(parent: Model, state: dict[str, Tensor]) -> None:
    """A network that spandrel tells from its tensors must keep their shapes.

    Raises: CompressError naming the first that differs.
    """
    assert parent.module is not None
    was = {key: tuple(value.shape) for key, value in parent.module.state_dict().items()}
    now = {key: tuple(value.shape) for key, value in state.items()}
    other = [key for key in {**was, **now} if was.get(key) != now.get(key)]
    if other:
        raise CompressError(
            f"{parent.card.id} is known by its tensors alone, and the variant's differ ({other[0]}: "
            f"{was.get(other[0], 'absent')} became {now.get(other[0], 'absent')}), so no card could name its "
            "network. Write package.module:factory that makes the parent and give that, or register the "
            "family: one folder with a card and a network."
        )
