"""The figures of all readings of an output and its target, and their means over a folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, log10
from typing import NamedTuple

import numpy as np

from iqabench.explain.reading import READINGS, Reading
from iqabench.explain.ssim_windows import ssim_by_window
from iqabench.images import Image, Pair, view
from iqabench.metrics import column
from iqabench.protocol import Protocol

_CHANNELS: dict[str, dict[str, object]] = {
    "luma": {"channels": "luma-studio"},
    "luma, rounded": {"channels": "luma-studio", "round_luma": True},
    "full-range luma": {"channels": "luma-full"},
    "full-range luma, rounded": {"channels": "luma-full", "round_luma": True},
    "RGB": {"channels": "rgb"},
    "grey": {"channels": "grey"},
}
_SHAVE: dict[str, dict[str, object]] = {
    "none": {},
    "scale": {"shave_scales": 1},
    "scale + 6": {"shave_scales": 1, "shave_pixels": 6},
}
_SHIFTS = {"down 1": (1, 0), "up 1": (-1, 0), "right 1": (0, 1), "left 1": (0, -1)}


class _PixelChoice(NamedTuple):
    """The options that decide the compared pixels; many readings share them."""

    channels: str
    shave: str
    alignment: str


@dataclass(frozen=True)
class PairFigures:
    """The figures of one pair under every reading, in the order of READINGS."""

    mse: tuple[float, ...]
    ssim: tuple[float, ...]
    """SSIM under every reading; empty when it was not requested."""


@dataclass(frozen=True)
class ReadingFigures:
    """The figures of one reading over all images."""

    reading: Reading
    psnr: float
    ssim: float | None


def measure(output: Image, target: Image, scale: int, *, ssim: bool) -> PairFigures:
    """Compute the figures of one pair under every reading.

    Shapes: (H, W, C), in units of 0..255; they may differ in C.
    Raises: ImageError when the two cannot be compared.
    """
    grey = _is_grey(target)
    choices = [_pixel_choice(reading, grey) for reading in READINGS]
    windows: dict[_PixelChoice, set[str]] = {choice: set() for choice in choices}
    if ssim:
        for choice, reading in zip(choices, READINGS, strict=True):
            windows[choice].add(reading.window)
    mse: dict[_PixelChoice, float] = {}
    similarity: dict[tuple[_PixelChoice, str], float] = {}
    for choice, names in windows.items():
        pair = _pair(choice, output, target, scale)
        mse[choice] = _mse(pair)
        similarity |= {(choice, window): ssim_by_window(pair, window) for window in names}
    by_reading = zip(choices, READINGS, strict=True)
    return PairFigures(
        tuple(mse[choice] for choice in choices),
        tuple(similarity[choice, reading.window] for choice, reading in by_reading) if ssim else (),
    )


def mean_figures(images: Iterable[PairFigures]) -> list[ReadingFigures]:
    """Return the mean figures of every reading over one image or more."""
    images = list(images)
    means = []
    for at, reading in enumerate(READINGS):
        mse = [one.mse[at] for one in images]
        psnr = _psnr(_mean(mse)) if reading.mean == "of MSE" else _mean([_psnr(m) for m in mse])
        ssim = [one.ssim[at] for one in images if one.ssim]
        means.append(ReadingFigures(reading, psnr, _mean(ssim) if ssim else None))
    return means


def _pixel_choice(reading: Reading, grey: bool) -> _PixelChoice:
    """Return the options of a reading; its habit for grey files counts only for a grey target."""
    as_it_is = grey and reading.grey == "as they are"
    return _PixelChoice("grey" if as_it_is else reading.channels, reading.shave, reading.alignment)


def _pair(choice: _PixelChoice, output: Image, target: Image, scale: int) -> Pair:
    if choice.channels == "grey":
        output, target = output[:, :, :1], target[:, :, :1]
    if choice.alignment == "BGR":
        output = output[:, :, ::-1]
    elif choice.alignment in _SHIFTS and output.shape[:2] == target.shape[:2]:
        down, right = _SHIFTS[choice.alignment]
        output, target = _shifted(output, down, right), _shifted(target, -down, -right)
    facts: dict[str, object] = {"name": "a reading", "version": 0, "summary": "", "source": ""}
    protocol = Protocol.model_validate(facts | _CHANNELS[choice.channels] | _SHAVE[choice.shave])
    return view(protocol, output, target, scale)


def _shifted(image: Image, down: int, right: int) -> Image:
    """Return the image without its first row (down 1) or last row (down -1), and likewise for columns."""
    height, width = image.shape[:2]
    rows = slice(max(down, 0), height + min(down, 0))
    return image[rows, max(right, 0) : width + min(right, 0)]


def _is_grey(image: Image) -> bool:
    """Return whether an image has one channel, or three equal ones."""
    return bool((image == image[:, :, :1]).all())


def _mse(pair: Pair) -> float:
    psnr = column("psnr").metric(pair)
    return 0.0 if psnr == inf else float(pair.peak**2 / 10 ** (psnr / 10))


def _psnr(mse: float) -> float:
    return 10 * log10(Pair.peak**2 / mse) if mse else inf


def _mean(values: list[float]) -> float:
    return float(np.mean(values))
