"""Weights of a sibling, such as x2 for x4 or M for S: the message names the model that they fit."""

from collections import defaultdict

import pytest
import torch

from iqabench.models.core import siblings
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import cards
from iqabench.models.core.checkpoint import StateDictionary
from iqabench.models.core.shapes import shapes_of_network

LARGE = 10_000_000
"""The parameters from which a network takes seconds to build and tells no more."""


def _families() -> dict[str, list[Card]]:
    """Return the smallest models of each family that have files of different sizes."""
    families: dict[str, dict[int, Card]] = defaultdict(dict)
    for card in sorted(cards().values(), key=lambda card: (card.params or 0, card.name)):
        is_plain = card.loader == "network" and card.variant is None
        params = card.params or 0
        if is_plain and card.weights is not None and 0 < params < LARGE:
            families[card.folder.name].setdefault(params, card)
    return {name: list(sizes.values())[:2] for name, sizes in families.items() if len(sizes) > 1}


FAMILIES = _families()


@pytest.mark.parametrize("family", FAMILIES)
def test_the_message_names_the_sibling_that_a_file_fits(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = FAMILIES[family]
    monkeypatch.setattr(siblings, "cards", lambda: {card.name: card for card in (first, second)})
    for wanted, given in ((first, second), (second, first)):
        shapes = shapes_of_network(given)
        file = {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}
        note = siblings.sibling_note(wanted, [StateDictionary(file)])
        assert f"names and shapes of {given.name}." in note
        assert f"iqabench fetch {wanted.name} --from FOLDER" in note
        assert not siblings.sibling_note(wanted, [StateDictionary({"weight": torch.zeros(1)})])
