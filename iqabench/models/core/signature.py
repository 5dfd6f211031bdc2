"""Signatures: the frames that a model takes and gives in each role, and its settings."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

from pydantic import Field

from iqabench.errors import UsageError
from iqabench.facts import Facts

Depth = Literal["uint8", "uint16", "float32", "complex64"]
"""The depth of the pixels of a part."""


class Signature(Facts):
    """The frames that a model takes or gives in one role."""

    frames: int | Literal["each", "all"] = "each"
    """The number of frames; `each` for one after the other; `all` for the whole clip at once."""
    depth: Depth = "uint8"
    """The depth of the pixels; uint8 and uint16 are converted to the range of the card."""
    scale: str = Field(default="", pattern=r"^(\d+(/\d+)?)?$")
    """The size divided by that of the input, such as 4 or 1/4; empty for the scale of the card, or for any
    size when the role is not `output`."""

    @property
    def ratio(self) -> Fraction | None:
        """The scale as a number; None when it is not stated."""
        return Fraction(self.scale) if self.scale else None


class ModelSetting(Facts):
    """One number that can be chosen for a model, such as alpha from 0 to 1."""

    low: float
    high: float
    default: float
    whole: bool = False
    """True when only whole numbers are allowed, such as seeds."""
    meaning: str = ""

    def takes(self, value: float) -> bool:
        """Return whether a value is allowed."""
        return self.low <= value <= self.high and (not self.whole or value == int(value))


def setting_values(
    settings: Mapping[str, ModelSetting], texts: Sequence[str], model: str
) -> dict[str, float]:
    """Return the values of all settings of a model; texts such as "alpha=0.5" replace the defaults.

    Raises: UsageError for a setting that the model lacks, a value out of range, or a missing value.
    """
    values = {name: setting.default for name, setting in settings.items()}
    for text in texts:
        name, equals, number = text.partition("=")
        if name not in settings:
            known = ", ".join(settings) or "none"
            raise UsageError(f"the model '{model}' has no setting '{name}'; it has {known}.")
        setting = settings[name]
        try:
            value = float(number)
        except ValueError:
            value = float("nan")
        if not equals or not setting.takes(value):
            kind = "whole number" if setting.whole else "number"
            raise UsageError(
                f"'{text}' is not a value of {name}; expected a {kind} from {setting.low:g} to "
                f"{setting.high:g}, as in {name}={setting.default:g}."
            )
        values[name] = value
    return values


def setting_words(settings: Mapping[str, ModelSetting], values: Mapping[str, float]) -> str:
    """Return the values that differ from the defaults as text, such as "alpha=0.5"; empty without any."""
    return ",".join(
        f"{name}={value:g}"
        for name, value in sorted(values.items())
        if value != settings[name].default
    )
