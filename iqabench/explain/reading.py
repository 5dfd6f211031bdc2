"""The reading of a figure: one combination of the habits in which evaluation scripts differ.

Each habit is a small table of ways with an explanation. The first way of each is the one behind the tables of
the super-resolution literature (protocol sr-y); all others are departures from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import product

CHANNELS = {
    "luma": "BT.601 luma of studio swing (16 to 235), not rounded",
    "luma, rounded": "luma is rounded to 8 bits before it is compared, as MATLAB's rgb2ycbcr gives it for "
    "uint8 images; convert in floating point",
    "full-range luma": "luma is of full range (0 to 255), always 20 log10(255/219) = 1.3219 dB lower; take "
    "(65.481 R + 128.553 G + 24.966 B) / 255 + 16",
    "full-range luma, rounded": "luma is of full range (0 to 255) and rounded to 8 bits, as OpenCV and "
    "Pillow convert; take (65.481 R + 128.553 G + 24.966 B) / 255 + 16, not rounded",
    "RGB": "all three colours are compared, as in the efficiency challenges; the papers' tables compare luma",
}
SHAVE = {
    "scale": "a border of as many pixels as the scale is left out",
    "none": "no border is left out; leave out as many pixels as the scale on every side",
    "scale + 6": "a border of the scale plus 6 pixels is left out, as in NTIRE 2017 and in EDSR's figures on "
    "DIV2K; leave out as many pixels as the scale",
}
GREY = {
    "expanded": "grey files count as R = G = B, so their luma is of studio swing too",
    "as they are": "grey files are compared in 0 to 255 as they are; expand them to RGB and take their luma",
}
ALIGNMENT = {
    "as they are": "pixels are compared where they lie",
    "BGR": "red and blue of the output are swapped: an OpenCV array was taken or written for RGB",
    "down 1": "the output lies one pixel too low; crop or resample without a shift",
    "up 1": "the output lies one pixel too high; crop or resample without a shift",
    "right 1": "the output lies one pixel too far to the right; crop or resample without a shift",
    "left 1": "the output lies one pixel too far to the left; crop or resample without a shift",
}
MEAN = {
    "of dB": "the mean over the images of each image's dB",
    "of MSE": "one PSNR is taken from the mean squared error over all images; take the mean of their dB",
}
WINDOW = {
    "Gaussian": "SSIM has an 11x11 Gaussian window, where it lies within the image, at full size",
    "padded": "SSIM's map reaches to the border, replicated beyond it, as in MATLAB's own ssim(); average "
    "only where the window lies within the image",
    "downsampled": "images are first shrunk by round(shorter side / 256), as in the later ssim.m; keep their "
    "size",
    "uniform 7x7": "SSIM has a uniform 7x7 window and the sample covariance, scikit-image's default; pass "
    "gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255",
}


@dataclass(frozen=True)
class Reading:
    """A choice of one way for each habit."""

    channels: str = "luma"
    shave: str = "scale"
    grey: str = "expanded"
    alignment: str = "as they are"
    mean: str = "of dB"
    window: str = "Gaussian"

    def departures(self) -> list[tuple[str, str]]:
        """Return the habits in which the reading departs from the papers' way, each with its explanation."""
        usual = Reading()
        return [
            (f"{f.name}: {getattr(self, f.name)}", HABITS[f.name][getattr(self, f.name)])
            for f in fields(self)
            if getattr(self, f.name) != getattr(usual, f.name)
        ]


HABITS: dict[str, dict[str, str]] = {
    "channels": CHANNELS,
    "shave": SHAVE,
    "grey": GREY,
    "alignment": ALIGNMENT,
    "mean": MEAN,
    "window": WINDOW,
}


_MOST = 3
"""Largest number of departures of a reading: more would not explain a figure."""


def _sensible() -> Iterator[Reading]:
    """Yield readings without combinations that no script has; all of them would take minutes."""
    for ways in product(*HABITS.values()):
        reading = Reading(*ways)
        departures = len(reading.departures())
        shifted = reading.alignment not in ("as they are", "BGR")
        grey = reading.grey == "as they are"
        if departures > _MOST or (grey and (reading.channels == "RGB" or shifted)):
            continue
        if (shifted or reading.window != "Gaussian") and departures > _MOST - 1:
            continue
        yield reading


READINGS = tuple(sorted(_sensible(), key=lambda r: len(r.departures())))
"""All readings, those with the fewest departures first."""
