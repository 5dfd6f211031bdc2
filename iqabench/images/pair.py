"""The arguments of metrics: an output, or a pair of output and target, with values that metrics share.

Ten metrics on one pair must cost far less than ten metrics. What they have in common (float planes, local
similarity, gradients, pyramids ...) is computed once, under a name, by the first metric that needs it. A pair
is a view of an output, too, so that no-reference metrics ride along and share with the others.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from fractions import Fraction
from typing import Self

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import MetricError
from iqabench.images.parts import Part
from iqabench.images.pool import Pool
from iqabench.images.read import Image
from iqabench.images.shared import Shared
from iqabench.ssim_variant import SsimVariant


class OutputView(Shared):
    """An output under a protocol: the argument of a no-reference metric.

    It is made from counts: value = unit * count + offset. For 8-bit pixels a count is a level; for luma it is
    a thousandth of one before the swing (see `luma`), a whole number, so that differences are exact.

    Shapes: (H, W, C), C = 1 or 3.
    Units: values in 0..255.
    """

    peak = 255.0
    """The largest value that a pixel can take."""

    def __init__(self, output: Image, *, unit: float = 1.0, offset: float = 0.0) -> None:
        super().__init__()
        self.counts: tuple[Image, ...] = (output,)
        """The output, (H, W, C), in counts."""
        self.unit = unit
        """The value of one count."""
        self.offset = offset
        """The value of zero counts."""
        self.device = "cpu"
        """The device on which metrics that are neural networks run, as torch names it."""
        self.scale: int | Fraction = 1
        """The size of the output divided by that of the input."""
        self.costs: Mapping[str, float] = {}
        """The costs of the restoration that made the output, by name; empty where nothing was counted."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        height, width, channels = self.counts[-1].shape
        return height, width, channels

    @property
    def output(self) -> Image:
        """The output's values, uint8 or float."""
        return self.shared("output", lambda seen: seen._values(seen.counts[0]))

    def _values(self, counts: Image) -> Image:
        if (self.unit, self.offset) == (1.0, 0.0):
            return counts
        number = np.result_type(counts, np.float32).type
        values: Image = counts * number(self.unit)
        values += number(self.offset)
        return values


class Pair(OutputView):
    """An output and its target under a protocol: the argument of a full-reference metric.

    Shapes: both (H, W, C), C = 1 or 3.
    Units: values in 0..255.
    """

    def __init__(
        self, output: Image, target: Image, unit: float = 1.0, offset: float = 0.0
    ) -> None:
        super().__init__(output, unit=unit, offset=offset)
        self.counts = (output, target)
        """Output and target, (H, W, C), in counts."""
        self.ssim = SsimVariant()
        """The variant of structural similarity under the protocol."""
        self.inside: NDArray[np.bool_] | None = None
        """The pixels that count, (H, W), where an alignment leaves some out, which are black in both images;
        None for all."""
        self.ssim_asked: set[SsimVariant] = set()
        """The variants under all protocols that show these pixels."""

    def in_variant(self, variant: SsimVariant) -> Self:
        """Return the pair under that variant of structural similarity; the two share what is computed."""
        self.ssim_asked.add(variant)
        pair = copy(self)
        pair.ssim = variant
        return pair

    @property
    def counted(self) -> int:
        """The number of values that count: pixels times channels."""
        height, width, channels = self.shape
        pixels = height * width if self.inside is None else int(self.inside.sum())
        return pixels * channels

    @property
    def target(self) -> Image:
        """The target's values, uint8 or float."""
        return self.shared("target", lambda pair: pair._values(pair.counts[1]))

    @property
    def planes(self) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Output and target, channel by channel, as contiguous float32 planes (H, W)."""
        return self.shared("planes", _planes)


class PoolView(OutputView):
    """An output and the pool of pristine images of other scenes that it is compared with.

    Shapes: the output (H, W, C), C = 1 or 3; the pool's images of any size.
    Units: values in 0..255.
    """

    def __init__(self, output: OutputView, pool: Pool) -> None:
        super().__init__(output.counts[0], unit=output.unit, offset=output.offset)
        self.device = output.device
        self.pool = pool
        """The pristine images, under the same protocol as the output."""


class InputsView(OutputView):
    """An output and the parts of its sample that it was made from.

    Shapes: the output (H, W, C); parts (T, H', W', C').
    Units: values in 0..255, of the output and of its parts.
    """

    def __init__(self, output: OutputView, parts: Mapping[str, Part]) -> None:
        super().__init__(output.counts[0], unit=output.unit, offset=output.offset)
        self._parts = parts

    def part(self, role: str) -> Part:
        """Return a part of the sample in the units of the output, (T, H, W, C).

        Raises: MetricError when the sample has none.
        """
        if role not in self._parts:
            has = ", ".join(self._parts) or "none"
            raise MetricError(f"the sample has no part '{role}' to compare with; its parts: {has}.")
        return self.shared(f"part {role}", lambda seen: seen._values(seen._parts[role]))


class ClipView(OutputView):
    """The frames of a clip under a protocol, each with its target: the argument of a metric of clips."""

    def __init__(self, frames: Sequence[Pair]) -> None:
        first = frames[0]
        super().__init__(first.counts[0], unit=first.unit, offset=first.offset)
        self.frames = tuple(frames)
        """The pairs in the order of the frames, all of one size."""


def _planes(pair: Pair) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    channels = range(pair.shape[2])
    return [(_plane(pair.output, c), _plane(pair.target, c)) for c in channels]


def _plane(image: Image, channel: int) -> NDArray[np.float32]:
    return np.ascontiguousarray(image[:, :, channel], dtype=np.float32)
