"""The recognition of registered families in files of weights, by the names and shapes of their tensors.

A network of a family says which arguments fit the shapes (`arguments_of`, see `models/layers/shapes.py`); the
shapes that it has with them are compared tensor by tensor, and it is built when they agree. A network without
that method is compared as its cards say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from iqabench.errors import ModelError, WeightsError
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import FAMILIES, cards, installed_folders
from iqabench.models.core.checkpoint import StateDictionary
from iqabench.models.core.network import adapt_names, build, network_class
from iqabench.models.core.shapes import shapes_of, shapes_of_network
from iqabench.models.layers.parameters import trained_parameters
from iqabench.tasks import Ratio, task_named

_SCALES = (4, 2, 3, 8)
"""The scales that are tried when neither the shapes nor the user tell the scale."""


@dataclass(frozen=True)
class FamilyMatch:
    """A network of a registered family that has exactly the tensors of a file."""

    card: Card
    """The card of the family, with the arguments and the scale of the file."""
    network: nn.Module
    """The network, with the tensors loaded."""
    taken: StateDictionary
    """The state dictionary whose tensors were taken."""
    member: str
    """The name of the registered model of these sizes; empty without any."""

    @property
    def is_told_more(self) -> bool:
        """True when the network is given more than an image: settings, or a level that no tensor tells."""
        same = [card for card in _same_network(self.card) if card.params == self.card.params]
        return not self.card.is_plain or any(card.arguments != same[0].arguments for card in same)

    @property
    def words(self) -> str:
        """The family, the network and its sizes, as in RLFN (features 46, blocks 4, x4) of rlfn."""
        sizes = [f"{name} {value}" for name, value in self.card.arguments.items()]
        scale = [f"x{self.card.scale}"] if task_named(self.card.task).has_scales else []
        return (
            f"{self.card.network} ({', '.join([*sizes, *scale])}) of the family {self.card.family}"
        )


def family_match(
    states: Sequence[StateDictionary], sha256: str, name: str, scale: Ratio | None = None
) -> FamilyMatch | None:
    """Return the network of a family that has the tensors of a file, or None.

    `sha256` is the checksum of the file: the weights of a registered model are known by it. `scale` is the
    scale that the user asks for, where no tensor tells it.

    Raises: WeightsError when the tensors fit several families alike.
    """
    for state in states:
        matches = list(_matches(state, sha256, scale))
        published = [m for m in matches if _is_published(m.card, sha256)]
        members = [m for m in matches if m.member]
        best = published[:1] or members or matches
        if len(best) > 1:
            raise WeightsError(
                f"the tensors of {name} fit {' and '.join(m.words for m in best)} alike, so they do not "
                "tell what the network computes. Write a card that names the family, or give a factory "
                "(package.module:factory)."
            )
        if best:
            return best[0]
    return None


def _is_published(card: Card, sha256: str) -> bool:
    """Return whether a registered model of the card's network has a file of weights with this checksum."""
    return any(
        _has_checksum(one, sha256)
        for one in _same_network(card)
        if one.arguments == card.arguments or one.params == card.params
    )


def _has_checksum(card: Card, sha256: str) -> bool:
    return card.weights is not None and card.weights.sha256 == sha256


def _matches(state: StateDictionary, sha256: str, scale: Ratio | None) -> Iterator[FamilyMatch]:
    installed = {FAMILIES, *installed_folders()}
    networks = {
        (card.folder, card.network): card
        for card in reversed(cards().values())
        if card.loader == "network"
        and card.folder.parent in installed  # the code of other folders needs consent
        and card.weights is not None
        and (card.variant is None or card.variant.layout == "parent")
    }
    for card in networks.values():
        match = _match(card, state, sha256, scale)
        if match is not None:
            yield match


def _match(
    card: Card, state: StateDictionary, sha256: str, asked: Ratio | None
) -> FamilyMatch | None:
    for candidate in _candidates(card, state.tensors, sha256, asked):
        try:
            tensors = adapt_names(candidate, state.tensors)
            if shapes_of_network(candidate) != shapes_of(tensors):
                continue
            network = build(candidate)
        except (LookupError, ValueError, TypeError, RuntimeError, ZeroDivisionError, ModelError):
            continue  # not of this family
        network.load_state_dict(tensors, strict=True)
        params = trained_parameters(network)
        return FamilyMatch(
            candidate.model_copy(update={"params": params}),
            network,
            state,
            _member(candidate, params),
        )
    return None


def _candidates(
    card: Card, tensors: dict[str, Tensor], sha256: str, asked: Ratio | None
) -> Iterator[Card]:
    """Yield cards of one network with the arguments that the shapes of the tensors tell.

    Members that differ in an argument without tensors are told apart by the checksum of the file.
    """
    arguments_of = getattr(network_class(card), "arguments_of", None)
    if arguments_of is None:
        fitting = [c for c in _same_network(card) if asked in (None, c.scale)]
        yield from sorted(fitting, key=lambda c: not _has_checksum(c, sha256))
        return
    try:
        named = adapt_names(card, tensors)
        told: dict[str, Any] = arguments_of(shapes_of(named))
    except (LookupError, ValueError, ZeroDivisionError):
        return
    scales = [told.pop("scale")] if "scale" in told else [*([asked] if asked else []), *_SCALES]
    for scale in dict.fromkeys(scales):
        near = sorted(_same_network(card), key=lambda c: c.scale != scale)
        yield _described_by_family(near[0]).model_copy(update={"scale": scale, "arguments": told})


def _described_by_family(card: Card) -> Card:
    """Return a card without what belongs to one member only."""
    facts = {"weights": None, "variant": None, "training_sets": (), "notes": ""}
    return card.model_copy(update=facts)


def _same_network(card: Card) -> list[Card]:
    return [
        one
        for one in cards().values()
        if (one.folder, one.network, one.loader) == (card.folder, card.network, card.loader)
    ]


def _member(card: Card, params: int) -> str:
    """Return the name of the registered model of these sizes; its number of parameters tells them."""
    same = [one for one in _same_network(card) if (one.scale, one.params) == (card.scale, params)]
    names = [one.name for one in sorted(same, key=lambda one: one.arguments != card.arguments)]
    return names[0] if names else ""
