"""Sizes at which cost is measured: of the input, or of the output."""

import re
from dataclasses import dataclass

from iqabench.errors import UsageError

_INPUT = re.compile(r"(\d+)x(\d+)x(\d+)")
_SWEEP = re.compile(r"(\d+)\.\.(\d+)")
_OUTPUT = re.compile(r"(\d+)x(\d+)")
_EXPECTED = "expected channels x height x width as in 3x256x256, or a sweep as in 64..1024"


@dataclass(frozen=True)
class Size:
    """One size at which cost is measured."""

    channels: int
    height: int
    width: int
    of_output: bool = False
    """True when height and width are the output's: the input of a network at x4 then has a quarter of each.
    """
    batch: int = 1

    @property
    def name(self) -> str:
        """The name in a column: 3x256x256, 8x3x256x256 in batches of eight, to1280x720 for outputs."""
        many = f"{self.batch}x" if self.batch != 1 else ""
        if self.of_output:
            return f"{many}to{self.width}x{self.height}"
        return f"{many}{self.channels}x{self.height}x{self.width}"

    def input_shape(self, scale: int, channels: int | None = None) -> tuple[int, int, int, int]:
        """Return (N, C, H, W) of the input of a network at this scale. Sides that do not divide are rounded
        down, as in the papers' tables (x3 to 1280x720 is 426x240).

        Raises: UsageError when nothing is left.
        """
        by = scale if self.of_output else 1
        height, width = self.height // by, self.width // by
        if not height or not width:
            raise UsageError(
                f"an output of {self.width}x{self.height} leaves no input at x{scale}."
            )
        return self.batch, channels or self.channels, height, width


def sizes_of(
    inputs: list[str], outputs: list[str], batch: int = 1, default: str = "3x256x256"
) -> list[Size]:
    """Read the sizes that `--input` and `--output-size` name, or the challenges' 3x256x256 when neither is
    given.

    A sweep doubles: 64..1024 is 64, 128, 256, 512, 1024, and the last is there even if no doubling meets it.

    Raises: UsageError for other forms and for sizes of zero.
    """
    sizes: list[Size] = []
    for text in inputs or ([] if outputs else [default]):
        sizes += _input(text, batch)
    for text in outputs:
        match = _OUTPUT.fullmatch(text)
        if not match or "0" in match.groups():
            raise UsageError(
                f"'{text}' is no size of an output; expected width x height as in 1280x720."
            )
        sizes.append(Size(3, int(match[2]), int(match[1]), of_output=True, batch=batch))
    return list(dict.fromkeys(sizes))


def _input(text: str, batch: int) -> list[Size]:
    if match := _INPUT.fullmatch(text):
        channels, height, width = (int(part) for part in match.groups())
        if not channels * height * width:
            raise UsageError(f"'{text}' holds nothing; {_EXPECTED}.")
        return [Size(channels, height, width, batch=batch)]
    if match := _SWEEP.fullmatch(text):
        first, last = int(match[1]), int(match[2])
        if not 0 < first <= last:
            raise UsageError(f"'{text}' does not grow; {_EXPECTED}.")
        sides = [first]
        while sides[-1] * 2 <= last:
            sides.append(sides[-1] * 2)
        sides += [last] if sides[-1] != last else []
        return [Size(3, side, side, batch=batch) for side in sides]
    raise UsageError(f"'{text}' is no size of an input; {_EXPECTED}.")
