"""The catalogue of registered models: all cards by name. It does not import torch."""

import os
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from iqabench.errors import DuplicateNameError, FactsError, ModelError, UnknownNameError
from iqabench.facts import read_yaml, validate
from iqabench.models.core.card import Card
from iqabench.models.core.card_cache import CardCache
from iqabench.models.core.chain import chained_card, follows, halves, require_fit, require_follower
from iqabench.models.core.variants import check_variants, parent_of
from iqabench.registry import load_entry_points
from iqabench.tasks import Ratio, scale_text

FAMILIES = Path(__file__).parents[1]
"""The folder of the families of this package, one folder each."""
FOLDERS = "IQABENCH_MODELS"
"""The environment variable of folders with the user's families, as `iqabench compress` writes them."""
GROUP = "iqabench.models"
"""The entry point by which other packages name folders with families."""


class Catalogue(dict[str, Card]):
    """All cards by their explicit names."""

    @cached_property
    def by_id(self) -> dict[str, list[Card]]:
        """The cards of each id."""
        members: dict[str, list[Card]] = {}
        for card in self.values():
            members.setdefault(card.id, []).append(card)
        return members


@cache
def cards() -> Catalogue:
    """Return all cards by their explicit names (rlfn_x4).

    Raises: FactsError with file and line for a wrong card or a variant without a parent; DuplicateNameError
        when two cards have the same name.
    """
    by_name = Catalogue()
    user_folders = [Path(name) for name in os.environ.get(FOLDERS, "").split(os.pathsep) if name]
    folders = [FAMILIES, *installed_folders(), *user_folders]
    cache_of_cards = CardCache()
    for path in sorted(path for folder in folders for path in folder.glob("*/card.yaml")):
        for card in _members(path, cache_of_cards.content(path)):
            if card.name in by_name:
                raise DuplicateNameError(
                    f"two models are called '{card.name}': one in {by_name[card.name].folder}, one in "
                    f"{card.folder}. Rename one of them."
                )
            by_name[card.name] = card
    check_variants(by_name)
    cache_of_cards.write()
    return by_name


@cache
def installed_folders() -> tuple[Path, ...]:
    """Return the folders of families that installed packages announce."""
    return tuple(Path(str(name)) for name in load_entry_points(GROUP))


def read_family(path: Path) -> list[Card]:
    """Return the cards that a card.yaml declares; each member takes the facts of the family that it lacks.

    Raises: FactsError with file and line.
    """
    return _members(path, read_yaml(path))


def _members(path: Path, data: Any) -> list[Card]:
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
    """Return the card of a model by id and scale, by its explicit name (rlfn_x2), or of a chain of two.

    Raises: UnknownNameError with suggestions; ModelError when the model lacks that scale, or for two models
        that make no chain.
    """
    known = cards()
    if name in known:
        return known[name]
    members = known.by_id.get(name, ())
    if not members:
        first, second = halves(name)
        if first:
            return _chain(name, first, second, scale)
        raise UnknownNameError("model", name, {*known, *known.by_id}, _listed(name))
    fitting = [c for c in members if scale is None or c.scale == scale]
    if not fitting:
        has = ", ".join(f"x{scale_text(c.scale)}" for c in sorted(members, key=lambda c: c.scale))
        raise ModelError(
            f"the model '{name}' has {has}, not x{scale_text(scale or 1)}. Choose one of its scales, or "
            "leave the model out."
        )
    return max(fitting, key=lambda c: c.scale == 4)


def _listed(name: str) -> str:
    """Return a hint for models that are named together, as in rlfn,span; else an empty text."""
    known, parts = cards(), [part.strip() for part in name.split(",")]
    if len(parts) < 2 or not all(part in known or part in known.by_id for part in parts):
        return ""
    return f"Name them one by one: {' '.join(f'--model {part}' for part in parts)}."


def _chain(name: str, first: str, second: str, scale: Ratio | None) -> Card:
    known = cards()
    if second not in known and second not in known.by_id:
        hint = "'iqabench list models' shows them with the task postprocess."
        raise UnknownNameError("post-processor", second, followers(), hint)
    after = card_of(second)
    require_follower(name, after, followers())
    before = card_of(first, after.scale if second in known else scale)
    require_fit(before, after)
    return chained_card(before, card_of(second, before.scale))


def followers() -> list[str]:
    """Return the ids of all models that work on the output of another."""
    return sorted(name for name, members in cards().by_id.items() if follows(members[0]))


def chain_of(name: str) -> tuple[str, str] | None:
    """Return the names of both models of a chain FIRST+SECOND; None for any other name.

    A file or a command whose name has a '+' is none, unless a model that works on outputs stands behind it.
    """
    first, second = halves(name)
    if not first or is_registered(name):
        return None
    members = cards().by_id.get(second) or [
        card for card in [cards().get(second)] if card is not None
    ]
    return (first, second) if members and follows(members[0]) else None


def is_registered(name: str) -> bool:
    """Return whether a registered model has this id or explicit name."""
    return name in cards() or name in cards().by_id


def card_at(place: Path) -> Card:
    """Return the card of the only model in a folder, or in a card.yaml.

    Raises: FactsError when there are several models, or none.
    """
    path = place / "card.yaml" if place.is_dir() else place
    members = read_family(path)
    if len(members) != 1:
        raise FactsError(
            f"{path} declares {len(members)} models; expected one. Set {FOLDERS}={path.parent.parent} and "
            "name the model by its id."
        )
    return members[0]


def family_tree() -> dict[str, list[Card]]:
    """Return the cards of all variants by the explicit names of their parents.

    A parent that is a file or a factory has the name that the variant's card gives it.
    """
    tree: dict[str, list[Card]] = {}
    for card in cards().values():
        if card.variant is not None:
            parent = parent_of(card, cards())
            tree.setdefault(parent.name if parent else card.variant.parent, []).append(card)
    return tree


def _mapping(member: Any, path: Path) -> dict[str, Any]:
    if not isinstance(member, dict):
        raise FactsError(
            f"{path}: expected every member to be a mapping with an id, not {member!r}."
        )
    return member
