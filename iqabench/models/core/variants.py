"""The rules between the card of a variant and that of its parent. The module does not import torch."""

from collections.abc import Mapping
from difflib import get_close_matches

from iqabench.errors import FactsError
from iqabench.facts import line_of, read_yaml
from iqabench.models.core.card import Card

Cards = Mapping[str, Card]
"""Cards by their explicit names."""


def parent_of(card: Card, known: Cards) -> Card | None:
    """Return the card of a variant's parent.

    The result is None for a model that is not a variant, and for a parent that is a file or a factory.

    Raises: FactsError for a parent that is unknown or of another scale or task.
    """
    if card.variant is None or _is_own(card.variant.parent):
        return None
    name = card.variant.parent
    parent = known.get(name) or known.get(f"{name}_x{card.scale}")
    if parent is None:
        raise _error(card, f"its parent '{name}' is not registered{_suggestion(card, known)}.")
    if (parent.task, parent.scale) != (card.task, card.scale):
        raise _error(
            card,
            f"its parent {parent.name} is for {parent.task} x{parent.scale}; expected {card.task} "
            f"x{card.scale}, like the variant.",
        )
    return parent


def check_variants(known: Cards) -> None:
    """Check that the parents of every variant lead to a model that is not a variant.

    Raises: FactsError with file and line.
    """
    for card in known.values():
        ancestry, ancestor = [card.name], parent_of(card, known)
        while ancestor is not None:
            ancestry.append(ancestor.name)
            if ancestor.name == card.name:
                raise _error(card, f"it descends from itself: {' from '.join(ancestry)}.")
            if len(ancestry) > len(known):
                break  # a circle among the ancestors, which is reported for its own members
            ancestor = parent_of(ancestor, known)


def _is_own(name: str) -> bool:
    """Return whether a name is a path or package.module:factory; ids have none of these characters."""
    return any(mark in name for mark in ":/\\.")


def _suggestion(card: Card, known: Cards) -> str:
    assert card.variant is not None
    parent = card.variant.parent
    scales = sorted(c.scale for c in known.values() if c.id == parent)
    if scales:
        return f" at x{card.scale} (it has {', '.join(f'x{s}' for s in scales)})"
    close = get_close_matches(parent, sorted({c.id for c in known.values()}), n=2)
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def _error(card: Card, reason: str) -> FactsError:
    path = card.folder / "card.yaml"
    data = read_yaml(path)
    index = next(
        i
        for i, member in enumerate(data["members"])
        if {**data, **member}["id"] == card.id and {**data, **member}.get("scale", 1) == card.scale
    )
    line = line_of(path, ["members", index, "variant", "parent"])
    return FactsError(
        f"{path}:{line}: {card.name} is a variant, but {reason} 'iqabench list models' shows all models."
    )
