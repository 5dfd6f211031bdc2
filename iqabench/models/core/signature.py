"""Signatures: what a model takes and gives in each role, and the settings that it can be run at."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

from pydantic import Field

from iqabench.errors import UsageError
from iqabench.facts import Facts

Depth = Literal["uint8", "uint16", "float32", "complex64"]


class Signature(Facts):
    """The frames that a model takes or gives in one role."""

    frames: int | Literal["each", "all"] = "each"
    """A number of frames; `each`: one after the other; `all`: the whole clip at once."""
    depth: Depth = "uint8"
    """The depth of the pixels. In uint8 and uint16 a network works on its card's range."""
    scale: str = Field(default="", pattern=r"^(\d+(/\d+)?)?$")
    """The size by that of the input, as in 4 or 1/4; empty: the card's for the output, any for others."""

    @property
    def ratio(self) -> Fraction | None:
        """The scale as a number; None where it is not stated."""
        return Fraction(self.scale) if self.scale else None


class ModelSetting(Facts):
    """One knob of a model, such as alpha from 0 to 1."""

    low: float
    high: float
    default: float
    meaning: str = ""


def setting_values(
    settings: Mapping[str, ModelSetting], texts: Sequence[str], model: str
) -> dict[str, float]:
    """Return the values that texts such as "alpha=0.5" give to the settings of a model; others are defaults.

    Raises: UsageError for a setting that the model lacks, a value out of its range, or no value at all.
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
        if not equals or not setting.low <= value <= setting.high:
            raise UsageError(
                f"'{text}' is no value of {name}; expected a number from {setting.low:g} to "
                f"{setting.high:g}, as in {name}={setting.default:g}."
            )
        values[name] = value
    return values


def setting_words(settings: Mapping[str, ModelSetting], values: Mapping[str, float]) -> str:
    """Return what differs from the defaults, as in "alpha=0.5"; empty where nothing does."""
    return ",".join(
        f"{name}={value:g}"
        for name, value in sorted(values.items())
        if value != settings[name].default
    )
