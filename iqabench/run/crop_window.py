"""The window of a sample: one place, cut from parts of several sizes and shown as pictures."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from iqabench.images import Image, Part
from iqabench.run.false_colour import Stretch, stretch_of

SIDE = 144
"""The side of the window in pixels of the target; divisible by every scale in use."""

_OF_8_BITS = (np.float32, np.float64)
"""The types of outputs in units of 0..255, which are not rounded yet."""


@dataclass(frozen=True)
class CropWindow:
    """A window at one place, for parts whose sizes are whole fractions of one another."""

    place: tuple[int, int]
    """Top and left, in pixels of the largest part."""
    size: tuple[int, int]
    """Height and width of the largest part."""
    stretch: Stretch | None
    """The rule that makes pictures of the bands of target, input and output; None for pictures of 8 bits."""
    through_time: bool
    """True to show three frames of a clip side by side."""

    def of(self, part: Part) -> Image:
        """Return the window of a part: of its first frame, or of three frames in its middle.

        Shapes: (T, H, W, C) to (side, side, C).
        """
        rows, columns = self._slices(part)
        if not self.through_time or len(part) < 3:
            return self._picture(part[0][rows, columns])
        middle = len(part) // 2
        frames = [part[t][rows, columns] for t in (middle - 1, middle, middle + 1)]
        third = frames[0].shape[1] // 3
        strip: Image = np.concatenate([self._picture(each[:, :third]) for each in frames], axis=1)
        return strip

    def of_each(self, parts: Mapping[str, Part]) -> dict[str, Image]:
        """Return the windows of those parts that have a whole fraction of the size."""
        return {role: self.of(part) for role, part in parts.items() if self._fits(part)}

    def _fits(self, part: Part) -> bool:
        (height, width), (own_height, own_width) = self.size, part.shape[1:3]
        step = height // own_height if own_height else 0
        has_size = step > 0 and (own_height * step, own_width * step) == (height, width)
        return has_size and SIDE % step == 0

    def _slices(self, part: Part) -> tuple[slice, slice]:
        step = max(1, self.size[0] // part.shape[1])
        top, left = (start // step for start in self.place)
        return slice(top, top + SIDE // step), slice(left, left + SIDE // step)

    def _picture(self, pixels: Image) -> Image:
        """Return pixels as a picture; those of other bands than the target's are stretched by themselves."""
        stretch = self.stretch
        if pixels.dtype == np.uint8 or (stretch is None and pixels.dtype in _OF_8_BITS):
            return pixels
        if stretch is None or pixels.shape[2] != stretch.count:
            stretch = stretch_of(pixels)
        return pixels if stretch is None else stretch.picture(pixels)


def detail_window(target: Image, scale: int) -> tuple[int, int]:
    """Return top and left of the window with the largest gradient energy, on the grid of the input.

    It depends only on the target, so that all models of all runs show the same place.
    """
    grey = target[:, :, target.shape[2] // 2]
    grey = grey if grey.dtype == np.uint8 else np.clip(grey, 0, 255).astype(np.uint8)
    grey = np.ascontiguousarray(grey)
    height, width = (max(n - SIDE, 0) for n in grey.shape)
    if not height and not width:
        return 0, 0
    edges = cv2.Laplacian(grey, cv2.CV_16S)
    sums = cv2.integral(np.minimum(np.abs(edges), 255).astype(np.uint8))
    rows, columns = np.arange(0, height + 1, scale), np.arange(0, width + 1, scale)
    ends_r, ends_c = (
        np.minimum(rows + SIDE, grey.shape[0]),
        np.minimum(columns + SIDE, grey.shape[1]),
    )
    energy = (
        sums[np.ix_(ends_r, ends_c)]
        - sums[np.ix_(rows, ends_c)]
        - sums[np.ix_(ends_r, columns)]
        + sums[np.ix_(rows, columns)]
    )
    row, column = np.unravel_index(int(energy.argmax()), energy.shape)
    return int(rows[row]), int(columns[column])
