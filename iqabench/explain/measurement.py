"""Every reading of one output and its target, and their means over a folder."""

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
    """What decides the pixels that meet: many readings share it."""

    channels: str
    shave: str
    alignment: str


@dataclass(frozen=True)
class PairFigures:
    """PairFigures pair under every reading, in the order of READINGS."""

    mse: tuple[float, ...]
    ssim: tuple[float, ...]
    """Empty where it was not asked for."""


@dataclass(frozen=True)
class ReadingFigures:
    """A reading's figures over all images."""

    reading: Reading
    psnr: float
    ssim: float | None


def measure(output: Image, target: Image, scale: int, *, ssim: bool) -> PairFigures:
    """All readings of one pair.

    Shapes: (H, W, C), in units of 0..255; they may differ in C.
    Raises: ImageError when the two cannot be compared.
    """
    grey = _is_grey(target)
    compared = [_compared(reading, grey) for reading in READINGS]
    windows: dict[_PixelChoice, set[str]] = {what: set() for what in compared}
    if ssim:
        for what, reading in zip(compared, READINGS, strict=True):
            windows[what].add(reading.window)
    mse: dict[_PixelChoice, float] = {}
    similar: dict[tuple[_PixelChoice, str], float] = {}
    for what, wanted in windows.items():
        pair = _pair(what, output, target, scale)
        mse[what] = _mse(pair)
        similar |= {(what, window): ssim_by_window(pair, window) for window in wanted}
    return PairFigures(
        tuple(mse[what] for what in compared),
        tuple(similar[w, r.window] for w, r in zip(compared, READINGS, strict=True))
        if ssim
        else (),
    )


def mean_figures(images: Iterable[PairFigures]) -> list[ReadingFigures]:
    """The figures of every reading over at least one image."""
    images = list(images)
    found = []
    for at, reading in enumerate(READINGS):
        mse = [one.mse[at] for one in images]
        psnr = _psnr(_mean(mse)) if reading.mean == "of MSE" else _mean([_psnr(m) for m in mse])
        ssim = [one.ssim[at] for one in images if one.ssim]
        found.append(ReadingFigures(reading, psnr, _mean(ssim) if ssim else None))
    return found


def _compared(reading: Reading, grey: bool) -> _PixelChoice:
    """Grey files make a difference only where the target is one."""
    as_it_is = grey and reading.grey == "as they are"
    return _PixelChoice("grey" if as_it_is else reading.channels, reading.shave, reading.alignment)


def _pair(what: _PixelChoice, output: Image, target: Image, scale: int) -> Pair:
    if what.channels == "grey":
        output, target = output[:, :, :1], target[:, :, :1]
    if what.alignment == "BGR":
        output = output[:, :, ::-1]
    elif what.alignment in _SHIFTS and output.shape[:2] == target.shape[:2]:
        down, right = _SHIFTS[what.alignment]
        output, target = _later(output, down, right), _later(target, -down, -right)
    facts: dict[str, object] = {"name": "a reading", "version": 0, "summary": "", "source": ""}
    protocol = Protocol.model_validate(facts | _CHANNELS[what.channels] | _SHAVE[what.shave])
    return view(protocol, output, target, scale)


def _later(image: Image, down: int, right: int) -> Image:
    """Without the first row (down 1) or the last (down -1), and so for columns."""
    height, width = image.shape[:2]
    rows = slice(max(down, 0), height + min(down, 0))
    return image[rows, max(right, 0) : width + min(right, 0)]


def _is_grey(image: Image) -> bool:
    """PairFigures channel, or three that are alike."""
    return bool((image == image[:, :, :1]).all())


def _mse(pair: Pair) -> float:
    psnr = column("psnr").metric(pair)
    return 0.0 if psnr == inf else float(pair.peak**2 / 10 ** (psnr / 10))


def _psnr(mse: float) -> float:
    return 10 * log10(Pair.peak**2 / mse) if mse else inf


def _mean(values: list[float]) -> float:
    return float(np.mean(values))
