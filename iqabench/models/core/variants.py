"""What must hold between a variant's card and its parent's. Imports no torch."""

from collections.abc import Mapping
from difflib import get_close_matches

from iqabench.errors import FactsError
from iqabench.facts import line_of, read_yaml
from iqabench.models.core.card import Card

Cards = Mapping[str, Card]


def parent_of(card: Card, known: Cards) -> Card | None:
    """The card that a variant was made from; none for a model that stands for itself.

    Nor is there one for a parent that was not registered when the variant was made: a file or a factory.

    Raises: FactsError for a parent that is unknown or of another scale or task.
    """
    if card.variant is None or _is_own(card.variant.parent):
        return None
    named = card.variant.parent
    found = known.get(named) or known.get(f"{named}_x{card.scale}")
    if found is None:
        raise _wrong(card, f"its parent '{named}' is not registered{_instead(card, known)}.")
    if (found.task, found.scale) != (card.task, card.scale):
        raise _wrong(
            card,
            f"its parent {found.name} is for {found.task} x{found.scale}; a variant does what its parent "
            f"does, here {card.task} x{card.scale}.",
        )
    return found


def check_variants(known: Cards) -> None:
    """See that every variant leads, parent by parent, to a model that stands for itself.

    Raises: FactsError with file and line.
    """
    for card in known.values():
        ancestry, ancestor = [card.name], parent_of(card, known)
        while ancestor is not None:
            ancestry.append(ancestor.name)
            if ancestor.name == card.name:
                raise _wrong(card, f"it descends from itself: {' from '.join(ancestry)}.")
            if len(ancestry) > len(known):
                break  # a circle further up, which its own members report
            ancestor = parent_of(ancestor, known)


def _is_own(name: str) -> bool:
    """Whether this is a path or package.module:factory, which no id is."""
    return any(mark in name for mark in ":/\\.")


def _instead(card: Card, known: Cards) -> str:
    assert card.variant is not None
    parent = card.variant.parent
    scales = sorted(c.scale for c in known.values() if c.id == parent)
    if scales:
        return f" at x{card.scale} (it has {', '.join(f'x{s}' for s in scales)})"
    close = get_close_matches(parent, sorted({c.id for c in known.values()}), n=2)
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def _wrong(card: Card, what: str) -> FactsError:
    path = card.folder / "card.yaml"
    data = read_yaml(path)
    at = next(
        i
        for i, member in enumerate(data["members"])
        if {**data, **member}["id"] == card.id and {**data, **member}.get("scale", 1) == card.scale
    )
    line = line_of(path, ["members", at, "variant", "parent"])
    return FactsError(
        f"{path}:{line}: {card.name} is a variant, but {what} 'iqabench list models' shows what there is."
    )
