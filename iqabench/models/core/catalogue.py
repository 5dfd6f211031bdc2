"""The catalogue of registered models: every card, by name. Imports no torch."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from iqabench.errors import DuplicateNameError, FactsError, ModelError, UnknownNameError
from iqabench.facts import read_yaml, validate
from iqabench.models.core.card import Card
from iqabench.models.core.variants import check_variants, parent_of
from iqabench.registry import load_entry_points
from iqabench.tasks import Ratio, scale_text

FAMILIES = Path(__file__).parents[1]
"""Where the families of this package lie, one folder each."""
FOLDERS = "IQABENCH_MODELS"
"""Environment variable: folders that hold families of the user's own, as `iqabench compress` writes them."""
GROUP = "iqabench.models"
"""Entry points of other packages; each names a folder that holds families."""


@cache
def cards() -> dict[str, Card]:
    """All cards by their explicit names (rlfn_x4).

    Raises: FactsError with file and line for a wrong card or a variant without a parent, DuplicateNameError
    for a name given twice.
    """
    found: dict[str, Card] = {}
    own = [Path(folder) for folder in os.environ.get(FOLDERS, "").split(os.pathsep) if folder]
    rooms = [FAMILIES, *(Path(str(folder)) for folder in load_entry_points(GROUP)), *own]
    for path in sorted(p for room in rooms for p in room.glob("*/card.yaml")):
        for card in read_family(path):
            if card.name in found:
                raise DuplicateNameError(
                    f"two models are called '{card.name}': one in {found[card.name].folder}, one in "
                    f"{card.folder}. Rename one of them."
                )
            found[card.name] = card
    check_variants(found)
    return found


def read_family(path: Path) -> list[Card]:
    """The members that a card.yaml declares, each with the family's facts beneath its own.

    Raises: FactsError with file and line.
    """
    data = read_yaml(path)
    if not isinstance(data, dict) or not isinstance(data.get("members"), list):
        raise FactsError(f"{path}:1: expected a family with a list of 'members'.")
    shared = {key: value for key, value in data.items() if key != "members"}
    return [
        validate(
            Card, {**shared, **_mapping(member, path), "folder": path.parent}, path, ["members", i]
        )
        for i, member in enumerate(data["members"])
    ]


def card_of(name: str, scale: Ratio | None = None) -> Card:
    """The card of a model by id and scale, or by its explicit name (rlfn_x2).

    Raises: UnknownNameError with suggestions, ModelError when the model lacks that scale.
    """
    known = cards()
    if name in known:
        return known[name]
    members = [c for c in known.values() if c.id == name]
    if not members:
        raise UnknownNameError("model", name, {*known, *(c.id for c in known.values())})
    fitting = [c for c in members if scale is None or c.scale == scale]
    if not fitting:
        has = ", ".join(f"x{scale_text(c.scale)}" for c in sorted(members, key=lambda c: c.scale))
        raise ModelError(f"the model '{name}' has {has}, not x{scale_text(scale or 1)}.")
    return max(fitting, key=lambda c: c.scale == 4)


def card_at(place: Path) -> Card:
    """The card of the one model in a folder, or in a card.yaml.

    Raises: FactsError when there is none, or several.
    """
    path = place / "card.yaml" if place.is_dir() else place
    members = read_family(path)
    if len(members) != 1:
        raise FactsError(
            f"{path} declares {len(members)} models; expected one. Name one of a family by its id, with "
            f"{FOLDERS}={path.parent.parent}."
        )
    return members[0]


def family_tree() -> dict[str, list[Card]]:
    """Parents, by their explicit names, each with the cards of its variants.

    A parent that is a file or a factory goes by what the variant calls it.
    """
    found: dict[str, list[Card]] = {}
    for card in cards().values():
        if card.variant is not None:
            parent = parent_of(card, cards())
            found.setdefault(parent.name if parent else card.variant.parent, []).append(card)
    return found


def _mapping(member: Any, path: Path) -> dict[str, Any]:
    if not isinstance(member, dict):
        raise FactsError(f"{path}: every member is a mapping with an id; found {member!r}.")
    return member
