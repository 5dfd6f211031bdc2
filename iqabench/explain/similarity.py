"""SSIM with the windows, borders, sizes and ranges of other tools, in double precision; not for tables.

Variants that protocols have are those of the metric, which a test compares with these; besides, there are the
borders and windows that no protocol has, and ranges that were mistaken.
"""

from collections.abc import Callable, Iterable
from math import floor
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.explain.channels import CHANNELS, ChannelRow, SharedPlanes
from iqabench.explain.pair_errors import comparable
from iqabench.explain.regions import Region, regions
from iqabench.explain.similarity_ways import RANGED_WINDOWS, RANGES, WINDOW
from iqabench.images import Image
from iqabench.metrics.shared.ssim_variants import pooled_to_256
from iqabench.metrics.shared.window_maps import channel_weights

LARGEST = 11
"""Side of the largest window, in pixels."""

_STRIP = 8
"""The number of rows of a map computed at a time, so that they stay in the processor's cache."""

Plane = NDArray[Any]
Blur = Callable[[Plane], Plane]
Choice = tuple[str, str, str, str]
"""Channels, region, window and data range."""

_KERNEL = np.exp(-(np.arange(-5, 6) ** 2) / 4.5) / np.exp(-(np.arange(-5, 6) ** 2) / 4.5).sum()
_SIDES = {"uniform 7x7": 7, "uniform 8x8": 8, "uniform 11x11": 11}
_BORDERS = {
    "padded": cv2.BORDER_REPLICATE,
    "3-D": cv2.BORDER_REPLICATE,
    "zero-padded": cv2.BORDER_CONSTANT,
    "mirrored": cv2.BORDER_REFLECT_101,
}


class LocalMoments(NamedTuple):
    """The local moments of an output x and a target y, each (H, W)."""

    mean_x: Plane
    mean_y: Plane
    mean_xx: Plane
    mean_yy: Plane
    mean_xy: Plane


class PairSimilarities:
    """The similarities of one pair under the windows and ranges of many tools.

    Shapes: (H, W, C), in units of 0..255.
    Raises: ImageError when the sizes differ.
    """

    def __init__(self, output: Image, target: Image, scale: int) -> None:
        output, target = comparable(output, target)
        self._shared = SharedPlanes(output, target)
        height, width = target.shape[:2]
        self._places = regions(height, width, scale)
        self._whole: dict[tuple[ChannelRow, str], LocalMoments] = {}

    def values(
        self, channels: str, region: str, windows: Iterable[str] = WINDOW
    ) -> dict[Choice, float]:
        """Return SSIM, the mean over the channels, by each of the windows and every range.

        The result is empty for an image that is too small.
        """
        place = self._places.get(region)
        if place is None or min(place.bottom - place.top, place.right - place.left) < LARGEST:
            return {}
        rows = CHANNELS[channels].rows
        extremes = [self._shared.planes(row)[1][place.slices] for row in rows]
        low, high = min(t.min() for t in extremes), max(t.max() for t in extremes)
        ranges = RANGES | {"range of the target": high - low, "maximum of the target": high}
        values = {}
        for window in windows:
            if window == "3-D" and len(rows) < 3:
                continue
            names = list(ranges) if window in RANGED_WINDOWS else ["255"]
            constants = [float(ranges[name]) for name in names]
            similar = [_means(m, constants, window) for m in self._moments(rows, window, place)]
            for name, value in zip(names, np.mean(similar, axis=0).tolist(), strict=True):
                values[channels, region, window, name] = value
        return values

    def _moments(self, rows: list[ChannelRow], window: str, place: Region) -> list[LocalMoments]:
        """Return the moments of each channel, where the window of a pixel of the region is taken."""
        if window in _BORDERS:
            parts = [self._part(row, place) for row in rows]
            padded = [_moments(*part, _gaussian(_BORDERS[window])) for part in parts]
            return _across(padded) if window == "3-D" else padded
        if window in ("downsampled", "pooled"):
            shrink = _downsampled if window == "downsampled" else _pooled
            parts = [self._part(row, place) for row in rows]
            blur = _gaussian(cv2.BORDER_REFLECT)
            return [_inside(_moments(shrink(o), shrink(t), blur), 5, 5) for o, t in parts]
        before, after = _reach(window)
        kept = Region(
            place.top + before, place.bottom - after, place.left + before, place.right - after
        )
        return [
            LocalMoments(*(m[kept.slices] for m in self._of_whole_image(row, window)))
            for row in rows
        ]

    def _part(self, row: ChannelRow, place: Region) -> tuple[Plane, Plane]:
        output, target = self._shared.planes(row)
        return _double(output[place.slices]), _double(target[place.slices])

    def _of_whole_image(self, row: ChannelRow, window: str) -> LocalMoments:
        blur = _uniform(_SIDES[window]) if window in _SIDES else _gaussian(cv2.BORDER_REFLECT)
        key = row, window if window in _SIDES else "Gaussian"
        if key not in self._whole:
            output, target = self._shared.planes(row)
            self._whole[key] = _moments(_double(output), _double(target), blur)
        return self._whole[key]


def _means(moments: LocalMoments, ranges: list[float], window: str) -> list[float]:
    """Return the mean of the map of SSIM for each data range."""
    sample = {"uniform 7x7": 49 / 48, "sample covariance": 121 / 120}.get(window, 1.0)
    totals = np.zeros(len(ranges))
    height, width = moments.mean_x.shape
    for top in range(0, height, _STRIP):
        x, y, xx, yy, xy = (m[top : top + _STRIP] for m in moments)
        product, squares = x * y, x * x + y * y
        covariance = (2 * sample) * (xy - product)
        variances = np.maximum(sample * (xx + yy - squares), 0.0)
        product *= 2
        for at, data_range in enumerate(ranges):
            c1, c2 = ((k * data_range) ** 2 for k in (0.01, 0.03))
            contrast = (covariance + c2) / (variances + c2)
            if window == "clipped":
                np.maximum(contrast, 0.0, out=contrast)
            totals[at] += (contrast * (product + c1) / (squares + c1)).sum()
    return [float(total) / (height * width) for total in totals]


def _moments(x: Plane, y: Plane, blur: Blur) -> LocalMoments:
    return LocalMoments(blur(x), blur(y), blur(x * x), blur(y * y), blur(x * y))


def _inside(moments: LocalMoments, before: int, after: int) -> LocalMoments:
    height, width = moments.mean_x.shape
    kept = slice(before, height - after), slice(before, width - after)
    return LocalMoments(*(m[kept] for m in moments))


def _across(channels: list[LocalMoments]) -> list[LocalMoments]:
    """Return the moments under a window that reaches across three channels, replicated beyond them."""
    count = len(channels)
    weights = channel_weights(count, "gauss")
    stacks = [np.stack(kind) for kind in zip(*channels, strict=True)]
    mixed = [np.tensordot(weights, stack, axes=1) for stack in stacks]
    return [LocalMoments(*(stack[at] for stack in mixed)) for at in range(count)]


def _reach(window: str) -> tuple[int, int]:
    """Return the pixels of a window before and after its own."""
    side = _SIDES.get(window, LARGEST)
    return side // 2, (side - 1) // 2


def _gaussian(border: int) -> Blur:
    return lambda plane: np.asarray(cv2.sepFilter2D(plane, -1, _KERNEL, _KERNEL, borderType=border))


def _uniform(side: int) -> Blur:
    return lambda plane: np.asarray(cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT))


def _double(plane: Plane) -> Plane:
    return np.ascontiguousarray(plane, dtype=np.float64)


def _downsampled(plane: Plane) -> Plane:
    """Return a plane shrunk as in ssim.m: a mean over f x f pixels, every f-th pixel."""
    factor = max(1, floor(min(plane.shape) / 256 + 0.5))
    if factor == 1:
        return plane
    first = ((factor - 1) // 2,) * 2  # MATLAB's centre of an even window, not OpenCV's
    blurred = cv2.blur(plane, (factor, factor), anchor=first, borderType=cv2.BORDER_REFLECT)
    return np.ascontiguousarray(blurred[::factor, ::factor])


def _pooled(plane: Plane) -> Plane:
    return np.ascontiguousarray(pooled_to_256(plane[:, :, None])[:, :, 0])
