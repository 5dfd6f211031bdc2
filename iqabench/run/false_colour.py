"""Pictures for people of what is no picture: bands as false colour, complex pixels as their magnitude."""

from dataclasses import dataclass

import numpy as np

from iqabench.images import Image

_DISPLAYED = {4: (2, 1, 0), 8: (4, 2, 1)}
"""The bands that stand for red, green and blue, by the number of bands: blue, green, red and near infrared of
GeoEye, IKONOS and QuickBird; the eight bands of WorldView-2 and -3."""
_CUT = (1.0, 99.0)
"""The percentiles of the target that become black and white."""


@dataclass(frozen=True)
class Stretch:
    """The rule that makes pictures of a target, and of all that is compared with it."""

    bands: tuple[int, ...]
    low: float
    high: float
    count: int = 0
    """The number of all bands of the target."""

    def picture(self, frame: np.ndarray) -> Image:
        """Return a frame as a picture.

        Shapes: (H, W, C) to (H, W, 3), or to (H, W, 1). Units: 0..255, rounded.
        """
        chosen = _real(frame)[:, :, self.bands]
        scaled = (chosen - self.low) * (255.0 / max(self.high - self.low, 1e-12))
        picture: Image = np.clip(np.floor(scaled + 0.5), 0, 255).astype(np.uint8)
        return picture


def stretch_of(target: np.ndarray) -> Stretch | None:
    """Return the rule for a target (H, W, C); None where it is a picture of 8 bits already.

    Red, green and blue are stretched together, from the first to the last percent of the target's values.
    """
    is_picture = target.dtype in (np.uint8, np.float64) and target.shape[2] in (1, 3)
    if is_picture:
        return None
    count = target.shape[2]
    bands = _DISPLAYED.get(count) or tuple(range(3 if count >= 3 else 1))
    low, high = np.percentile(_real(target)[:, :, bands], _CUT)
    return Stretch(bands, float(low), float(high), count)


def _real(frame: np.ndarray) -> np.ndarray:
    values = np.abs(frame) if np.iscomplexobj(frame) else frame
    return values.astype(np.float64)
