"""The digest of what a user's card and the code beside it decide, besides the weights.

The cards of this package and of installed ones state a version instead, which their authors raise when the
same weights give other pixels.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from torch import nn

from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import cards
from iqabench.models.sources.code import file_digest, module_digest
from iqabench.models.sources.digest import digest_of_files, joined
from iqabench.models.sources.places import is_file, is_users
from iqabench.tasks import scale_text

_FACTS = {"architecture", "arguments", "takes", "gives", "settings", "state", "channels"} | {
    "range",
    "output",
    "size_multiple",
    "min_size",
}
"""The facts of a card that decide pixels. Those that are as usual, or as with the parent of a variant, are
left out, so that a fact that a later version adds does not change the digest."""


def card_digest(card: Card, network: nn.Module) -> str:
    """Return the digest; empty for a card of an installed package, and for one that says nothing special.

    Raises: ModelError when a file cannot be read.
    """
    place = card.folder / "card.yaml"
    if not place.is_file() or not is_users(place):
        return ""
    facts = _facts(card)
    text = json.dumps(facts, sort_keys=True, separators=(",", ":")) if facts else ""
    own = hashlib.sha256(text.encode()).hexdigest() if text else ""
    return joined(own, _code_digest(card, network), digest_of_files(dict(_named_files(card))))


def _facts(card: Card) -> dict[str, Any]:
    facts = card.model_dump(mode="json", include=_FACTS, exclude_defaults=True)
    name = card.variant.parent if card.variant else ""
    parent = cards().get(name) or cards().get(f"{name}_x{scale_text(card.scale)}")
    if card.variant is None or parent is None:
        return facts
    usual = parent.model_dump(mode="json", include=_FACTS)
    return {name: value for name, value in facts.items() if value != usual[name]}


def _code_digest(card: Card, network: nn.Module) -> str:
    module = card.network.partition(":")[0] if card.loader == "factory" else ""
    module = module or card.network.rpartition(".")[0]
    path = card.folder / "network.py"
    if module:
        return module_digest(module, network)
    return file_digest(path, network) if path.is_file() else ""


def _named_files(card: Card) -> Iterator[tuple[str, Path]]:
    """Yield the files that the card's arguments name, beside the card or in the current folder."""
    for text in _texts(card.arguments.values()):
        for folder in (card.folder, Path()):
            if text and is_file(folder / text):
                yield text, folder / text
                break


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from _texts(value.values())
        elif isinstance(value, list | tuple):
            yield from _texts(value)
