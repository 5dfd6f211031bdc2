"""The registered model of the same family that weights belong to, when they are not those of a card."""

from collections.abc import Iterator, Sequence

from iqabench.errors import ModelError
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import cards
from iqabench.models.core.checkpoint import StateDictionary
from iqabench.models.core.network import adapt_names
from iqabench.models.core.shapes import shapes_of, shapes_of_network


def sibling_note(card: Card, states: Sequence[StateDictionary]) -> str:
    """Return a sentence that names the other models of the card's family that the weights fit.

    It is empty when they fit none, as is usual for damaged files and other architectures.
    """
    names = [other.name for other in _siblings(card) if any(_fits(other, s) for s in states)]
    if not names:
        return ""
    unknown = card.weights is not None and card.weights.sha256 is None
    return (
        f" They have the names and shapes of {' and '.join(names)}. Hand over the file of {card.name} with "
        f"'iqabench fetch {card.name} --from FOLDER{' --replace' if unknown else ''}'."
    )


def _siblings(card: Card) -> Iterator[Card]:
    for other in cards().values():
        is_plain = other.variant is None and other.loader == "network"
        if other.folder == card.folder and other.name != card.name and is_plain:
            yield other


def _fits(card: Card, state: StateDictionary) -> bool:
    try:
        return shapes_of_network(card) == shapes_of(adapt_names(card, state.tensors))
    except (LookupError, ValueError, TypeError, RuntimeError, ModelError):
        return False  # the tensors are not of this family
