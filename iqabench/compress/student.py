"""The student of a distillation: a registered network, with other arguments or not, or a user's own."""

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import nn

from iqabench.compress.parent import check_trainable, network_of
from iqabench.errors import CompressError, ModelError, UsageError
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import card_at, card_of
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.load import is_own, load_model, random_model
from iqabench.models.core.model import Model
from iqabench.models.core.network import build


@dataclass(frozen=True)
class Student:
    """A network to train, and the model from whose card its own card is made."""

    name: str
    """The student's name, as the user gave it."""
    model: Model
    """The parent: a model of the student's architecture; its weights may be random."""
    network: nn.Module
    arguments: dict[str, Any]
    """Arguments of the network, where a card names it."""
    fresh: bool
    """True when the training begins with random weights, without the weights of the parent."""

    @property
    def card(self) -> Card:
        """The card of the parent."""
        return self.model.card


def student_of(
    name: str,
    arguments: dict[str, Any],
    scale: int | None = None,
    *,
    convention: CallingConvention = AS_FOUND,
    own_weights: bool = False,
    seed: int = 0,
) -> Student:
    """Return the student called `name`.

    The name is a registered id, a card's folder, a weights file, or package.module:factory.
    Registered networks begin with random weights, drawn with `seed`, unless `own_weights`; `arguments`
    replace those of the card. Files and factories bring their own weights.

    Raises: CompressError for arguments that the network does not have; UsageError for arguments where none
        can be given; what loading raises.
    """
    card = _registered(name, scale)
    if card is None or own_weights:
        if arguments:
            raise UsageError(
                f"--arguments changes the network of a card, which then has no weights; {name} brings its "
                "own weights. Leave out --arguments."
            )
        torch.manual_seed(seed)  # a factory draws its weights
        model = load_model(name, scale, convention=convention if is_own(name) else AS_FOUND)
        check_trainable(model)
        fresh = model.card.loader == "factory"
        return Student(name, model, network_of(model), dict(model.card.arguments), fresh)
    if arguments and card.loader != "network":
        raise CompressError(
            f"{card.name} is known only by its tensors ({card.loader}), so no card can name its arguments. "
            "Leave out --arguments."
        )
    model = random_model(card)
    check_trainable(model)
    all_arguments = {**card.arguments, **arguments}
    torch.manual_seed(seed)
    return Student(name, model, _build(card, all_arguments), all_arguments, fresh=True)


def read_arguments(text: str) -> dict[str, Any]:
    """Read `features=16,depth=7` as {"features": 16, "depth": 7}; values are read as in YAML.

    Raises: UsageError for other forms.
    """
    arguments: dict[str, Any] = {}
    for part in filter(None, text.split(",")):
        name, equals, value = part.partition("=")
        if not equals or not name.strip().isidentifier():
            raise UsageError(
                f"'{part}' is not an argument; expected name=value as in features=16,depth=7."
            )
        arguments[name.strip()] = yaml.safe_load(value)
    return arguments


def check_pair(teacher: Card, student: Card) -> None:
    """Check that the teacher can teach the student.

    Raises: CompressError naming both when scale, task or channels differ.
    """
    for fact, its, mine in (
        ("scale", f"x{teacher.scale}", f"x{student.scale}"),
        ("task", teacher.task, student.task),
        ("channels", teacher.channels, student.channels),
    ):
        if its != mine and "any" not in (its, mine):
            raise CompressError(
                f"the student '{student.name}' has the {fact} {mine}, its teacher '{teacher.name}' {its}; "
                "both must be equal. Name another student or teacher, or another --scale."
            )


def _registered(name: str, scale: int | None) -> Card | None:
    """Return the card of a registered network or of a card's folder, or None for other names."""
    if not is_own(name):
        return card_of(name, scale)
    path = Path(name)
    is_card = path.is_file() and path.suffix.lower() in (".yaml", ".yml")
    return card_at(path) if is_card or (path / "card.yaml").is_file() else None


def _build(card: Card, arguments: dict[str, Any]) -> nn.Module:
    try:
        return build(card.model_copy(update={"arguments": arguments})).train()
    except (TypeError, ValueError, RuntimeError, ModelError) as error:
        raise CompressError(
            f"the network of '{card.name}' cannot be built with {arguments}: {error}. It takes "
            f"{_signature(card)}."
        ) from error


def _signature(card: Card) -> str:
    network = type(build(card))
    return ", ".join(str(p) for p in inspect.signature(network).parameters.values())
