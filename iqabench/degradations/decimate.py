"""Decimation: every s-th pixel, without any filter."""

from math import inf

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import UsageError
from iqabench.images import Image


@degradation(
    title="Every s-th pixel",
    strength="scale",
    unit_of_strength="times",
    usual=(2, 3, 4),
    source="The second half of the degradation BD of video super-resolution: blur, then every fourth pixel",
)
def decimate(image: Image, *, scale: float, start: int = 0) -> Image:
    """Return every `scale`-th row and column of an image, from row and column `start`, counted from 0.

    Shapes: (H, W, C) to (ceil((H - start) / scale), ceil((W - start) / scale), C).
    Raises: UsageError for a scale that is no whole number above 0, or a start outside 0..scale-1.
    """
    if not 1 <= scale < inf or scale != int(scale) or not 0 <= start < scale:
        raise UsageError(
            f"decimate was given scale {scale} and start {start}; expected a whole scale such as 4, and a "
            "start from 0 to below the scale."
        )
    return image[start :: int(scale), start :: int(scale)]
