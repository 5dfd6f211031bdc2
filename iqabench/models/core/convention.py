"""The calling convention of a model that the user brings: how its network takes an image and gives one.

A card states it for a registered model. For a file, a factory or a command the user declares it, and what
differs from the model's own description is part of the key of every record. The module does not import torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from iqabench.errors import UsageError
from iqabench.models.core.card import Card

_FIELDS = {
    "range": "range",
    "multiple": "size_multiple",
    "channels": "channels",
    "output": "output",
}
"""The fields of a card by the names of the options that decide them."""


@dataclass(frozen=True, kw_only=True)
class CallingConvention:
    """The convention that the user declares; None and an empty text leave what the model's loader finds."""

    range: Literal[1, 255] | None = None
    """The largest value of inputs and outputs: 1 for 0..1, 255 for 0..255."""
    multiple: int | None = None
    """The number that height and width are padded to a multiple of; the output is cropped."""
    channels: Literal["y"] | None = None
    """`y` for a network of luma: chroma is enlarged by bicubic interpolation."""
    output: str = ""
    """The place or the name of the image in a network's output that is not a tensor."""

    def __post_init__(self) -> None:
        if self.range not in (None, 1, 255):
            raise UsageError(f"a range of {self.range} is not known; expected 1 or 255.")
        if self.multiple is not None and self.multiple < 1:
            raise UsageError(f"a multiple of {self.multiple} is not a size; expected 1 or more.")
        if self.channels not in (None, "y"):
            raise UsageError(f"channels '{self.channels}' are not known; expected y.")

    @property
    def options(self) -> str:
        """The convention as options of a command, such as --range 255; empty when nothing is declared."""
        return " ".join(f"--{name} {value}" for name, value in self._declared.items())

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of a card that the convention decides."""
        return {_FIELDS[name]: value for name, value in self._declared.items()}

    def differences(self, card: Card) -> str:
        """Return what the convention changes on a card, such as "range=255,output=0"; empty for nothing."""
        return ",".join(
            f"{name}={value}"
            for name, value in self._declared.items()
            if getattr(card, _FIELDS[name]) != value
        )

    @property
    def _declared(self) -> dict[str, Any]:
        """The values by the names of their options; what is not declared is left out."""
        values = {name: getattr(self, name) for name in _FIELDS}
        return {name: value for name, value in values.items() if value}

    def on(self, card: Card) -> Card:
        """Return the card with this convention."""
        return card.model_copy(update=self.facts) if self.facts else card


AS_FOUND = CallingConvention()
"""The convention that a model's loader finds."""


def convention_of(card: Card) -> CallingConvention:
    """Return the convention that a card states."""
    return CallingConvention(
        range=card.range,
        multiple=card.size_multiple,
        channels="y" if card.channels == "y" else None,
        output=card.output,
    )


def registered_message(names: Sequence[str], convention: CallingConvention) -> str:
    """Return the reason why a convention does not hold for registered models."""
    subject, verb, pronoun = (
        (names[0], "is", "its") if len(names) == 1 else (" and ".join(names), "are", "their")
    )
    return (
        f"{convention.options} does not hold for {subject}, which {verb} registered: {pronoun} range, sizes "
        f"and channels stand on {pronoun} card ('iqabench show model {names[0]}')."
    )
