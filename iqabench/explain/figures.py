"""The PSNR of readings over a folder, from the errors of its pairs."""

from collections.abc import Iterable, Sequence
from math import inf, log10
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from iqabench.explain.channels import CHANNELS
from iqabench.explain.claim import Claim
from iqabench.explain.pair_errors import Errors, PairErrors
from iqabench.explain.reading import BY_FOLDER, FIXED_PEAKS, Reading

Doubles = NDArray[np.float64]
_ROUNDING_ERROR = 1 / 12
"""The mean squared error of rounding to whole numbers."""

_ROOM_OF_PSNR = 0.003
"""The error in dB of PSNR that is estimated for outputs before they were rounded."""
_ROOM_OF_SSIM = 0.00015
"""The SSIM that rounding and truncation cost, which is not estimated."""


class ReadingFigures(NamedTuple):
    """The figures of one reading over all images."""

    reading: Reading
    psnr: float
    ssim: float | None = None


def claim_for(claim: Claim, reading: Reading) -> Claim:
    """Return the claim with the room that an estimate needs, where the reading's figure is one."""
    if reading.rounding == "of the files":
        return claim
    return claim.widened(_ROOM_OF_PSNR, 0.0 if reading.has_rare_ssim else _ROOM_OF_SSIM)


def gives(claim: Claim, figures: ReadingFigures) -> bool:
    """Return whether a reading has both claimed figures."""
    wanted = claim_for(claim, figures.reading)
    return wanted.has_psnr(figures.psnr) and wanted.has_ssim(figures.ssim)


def psnr_figures(
    readings: Iterable[Reading], pairs: Sequence[PairErrors], folders: Sequence[str] = ()
) -> list[ReadingFigures]:
    """Return the PSNR of each reading over one image or more, whose folders are told where there are several.

    A reading is left out when an image is too small for its region.
    """
    figures = []
    by_pixels: dict[tuple[str, ...], Doubles] = {}
    areas = {
        region: np.array([pair.areas.get(region, 0) for pair in pairs]) for region in pairs[0].areas
    }
    for reading in readings:
        area = areas.get(reading.region)
        if area is None or not area.all() or (reading.mean == BY_FOLDER and not folders):
            continue
        pixels = (reading.channels, reading.region, reading.grey, reading.peak, reading.rounding)
        if pixels not in by_pixels:
            by_pixels[pixels] = np.array([_relative(reading, pair) for pair in pairs])
        figures.append(
            ReadingFigures(reading, _mean(reading.mean, by_pixels[pixels], area, folders))
        )
    return figures


def mean_of_images(way: str, values: Doubles, areas: Doubles, folders: Sequence[str] = ()) -> float:
    """Return the mean of a figure over images, weighted as the way of `reading.MEAN` weights them."""
    if way == BY_FOLDER:
        names = np.array(folders)
        return float(np.mean([values[names == name].mean() for name in set(folders)]))
    if way == "median":
        return float(np.median(values))
    return float(np.average(values, weights=areas if way.endswith("by area") else None))


def pixels_of(reading: Reading, *, grey: bool) -> tuple[str, str]:
    """Return channels and region of a reading; its habit for grey files counts only for a grey target."""
    as_they_are = grey and reading.grey == "as they are"
    return "RGB" if as_they_are else reading.channels, reading.region


def _relative(reading: Reading, pair: PairErrors) -> float:
    """Return the mean squared error of one pair, in units of the squared peak."""
    name, region = pixels_of(reading, grey=pair.is_grey)
    errors = pair.errors[name, region]
    channels = CHANNELS[name]
    squared = _unrounded(reading.rounding, errors, channels.weights)
    squared = squared / _peak(reading, pair, name) ** 2
    if channels.mean == "of dB":
        return float(10 ** (-np.mean([_decibels(s) for s in squared]) / 10))
    return float(squared.mean())


def _unrounded(rounding: str, errors: Errors, weights: Doubles) -> Doubles:
    if rounding == "of the files":
        return errors.squared
    half = 0.5 * weights.sum(axis=1)
    if (
        "truncated" in rounding
    ):  # (d -+ h)^2 = d^2 -+ 2 h d + h^2, without what rounding adds itself
        sign = -1 if rounding == "truncated" else 1
        return np.asarray(errors.squared + sign * 2 * half * errors.bias + half * half)
    added = _ROUNDING_ERROR * (weights**2).sum(axis=1)
    return np.asarray(np.maximum(errors.squared - added, 1e-9))


def _peak(reading: Reading, pair: PairErrors, channels: str) -> float:
    if reading.peak in FIXED_PEAKS:
        return FIXED_PEAKS[reading.peak]
    extremes = pair.extremes[channels, reading.region]
    peaks = {
        "maximum of the target": extremes.target_max,
        "range of the target": extremes.target_max - extremes.target_min,
        "maximum of the output": extremes.output_max,
    }
    return max(peaks[reading.peak], 1e-6)


def _mean(way: str, relative: Doubles, areas: Doubles, folders: Sequence[str]) -> float:
    """Return dB from mean squared errors in units of the squared peak."""
    if way.startswith("of MSE"):
        return _decibels(mean_of_images(way, relative, areas))
    if way == "of RMSE":
        return _decibels(float(np.sqrt(relative).mean()) ** 2)
    return mean_of_images(way, np.array([_decibels(r) for r in relative]), areas, folders)


def _decibels(relative: float) -> float:
    return -10 * log10(relative) if relative > 0 else inf
