"""Signatures: the frames that a model takes and gives in each role, and its settings."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

from pydantic import Field

from iqabench.errors import UsageError
from iqabench.facts import Facts

Depth = Literal["uint8", "uint16", "float32", "complex64"]
"""The depth of the pixels of a part."""
Edge = Literal["repeat", "reflect", "circle", "centre"]
"""The frames that stand for those before the first and behind the last of a clip, in the window of frame t:
`repeat` the first or last frame; `reflect` those on the other side of it (2 1 | 0 1 2); `circle` those on the
far side of the window (4 3 | 0 1 2 for a window of five); `centre` frame t itself."""


class Signature(Facts):
    """The frames that a model takes or gives in one role."""

    frames: int | Literal["each", "all", "doubled"] = "each"
    """The number of frames; `each` for one after the other; `all` for the whole clip at once; `doubled` for
    those of the input and one between each two, 2 T - 1 in all."""
    before: int = Field(default=0, ge=0)
    """The number of frames before frame t that the network takes together with it, where frames is `each`."""
    after: int = Field(default=0, ge=0)
    """The number of frames behind frame t that the network takes together with it, where frames is `each`."""
    edge: Edge = "repeat"
    """The frames that stand for those outside the clip."""
    least: int = Field(default=1, ge=1)
    """The least number of frames of a clip."""
    depth: Depth = "uint8"
    """The depth of the pixels; uint8 and uint16 are converted to the range of the card."""
    scale: str = Field(default="", pattern=r"^(\d+(/\d+)?)?$")
    """The size divided by that of the input, such as 4 or 1/4; empty for the scale of the card, or for any
    size when the role is not `output`."""
    least_side: int = Field(default=1, ge=1)
    """The least height and width of a part whose size is not that of the input, as a reference."""
    bands: int | None = None
    """The number of bands, where it is more than a matter of grey and colour, such as 8."""
    peak: float | None = None
    """The value that is 1 in a network of the range 0..1, such as 2047 for 11 bits; None for the largest
    value of 8 or 16 bits, and for floats as they are."""

    def window(self, frame: int, length: int) -> list[int]:
        """Return the numbers of the frames that the network takes for one frame of a clip of this length."""
        places = range(frame - self.before, frame + self.after + 1)
        return [
            place if 0 <= place < length else self._inside(place, frame, length) for place in places
        ]

    def _inside(self, place: int, frame: int, length: int) -> int:
        """Return the number of the frame that stands for one outside the clip."""
        last = length - 1
        if self.edge == "centre":
            return frame
        if self.edge == "repeat":
            return min(max(place, 0), last)
        if self.edge == "reflect":
            return -place if place < 0 else 2 * last - place
        return frame + self.after - place if place < 0 else frame - self.before - (place - last)

    @property
    def needed(self) -> int:
        """The least number of frames of a clip: a rule for its edges may ask for more than `least`."""
        furthest = max(self.before, self.after)
        rules = {"reflect": furthest + 1, "circle": self.before + self.after + 1}
        return max(self.least, rules.get(self.edge, 1) if furthest else 1)

    white: Literal["inside", "outside"] = "inside"
    """The place that is white in a mask that the network takes: inside the hole or the foreground, or
    outside, for networks that mark what is known."""

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
    draws: int = Field(default=0, ge=0)
    """The number of draws, for the seed of a network that draws at random; 0 for any other setting. A run
    that names no seed has a record of each draw, from the default on; tables show their mean and spread."""
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
