"""The errors of an output in every kind of channels and every region, from maps that all readings share."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ImageError
from iqabench.explain.channels import CHANNELS, ChannelRow, SharedPlanes
from iqabench.explain.reading import PEAK_CHANNELS, PEAK_REGIONS
from iqabench.explain.regions import Region, regions
from iqabench.images import Image, quantise

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Errors:
    """The errors of some channels in a region, one element a channel."""

    squared: Doubles
    """Mean squared error, (C,)."""
    bias: Doubles
    """Mean of output minus target, (C,)."""


@dataclass(frozen=True)
class Extremes:
    """The extremes of the compared values in a region."""

    target_min: float
    target_max: float
    output_max: float


@dataclass(frozen=True)
class PairErrors:
    """The errors of one pair under every reading."""

    errors: dict[tuple[str, str], Errors]
    """By channels and region."""
    extremes: dict[tuple[str, str], Extremes]
    areas: dict[str, int]
    """Pixels of each region."""
    is_grey: bool
    """True when the target has one channel, or three equal ones."""


def pair_errors(output: Image, target: Image, scale: int) -> PairErrors:
    """Compute the errors of one pair in all channels and regions.

    Shapes: (H, W, C), in units of 0..255; they may differ in C.
    Raises: ImageError when the sizes differ, or when nothing is left inside a border of the scale.
    """
    output, target = comparable(output, target)
    height, width = target.shape[:2]
    places = regions(height, width, scale)
    if "scale" not in places:
        raise ImageError(
            f"an image of {width}x{height} has nothing left inside a border of {scale}."
        )
    errors = dict(_linear(output, target, places))
    shared = SharedPlanes(output, target)
    errors |= dict(_rounded(shared, places))
    extremes = {
        (name, region): _extremes(shared, name, places[region])
        for name in PEAK_CHANNELS
        for region in set(PEAK_REGIONS) & set(places)
    }
    areas = {name: region.area for name, region in places.items()}
    return PairErrors(errors, extremes, areas, is_grey(target))


def comparable(output: Image, target: Image) -> tuple[Image, Image]:
    """Return both images with three channels.

    Raises: ImageError when the sizes differ.
    """
    if output.shape[:2] != target.shape[:2]:
        sizes = [f"{image.shape[1]}x{image.shape[0]}" for image in (output, target)]
        raise ImageError(
            f"the output is {sizes[0]}, its target {sizes[1]}; they are never resized to fit."
        )
    return expand(output), expand(target)


def is_grey(image: Image) -> bool:
    """Return whether an image has one channel, or three equal ones."""
    return bool((image == image[:, :, :1]).all())


def expand(image: Image) -> Image:
    """Return an image with three channels: uint8, or float64 where it was made here."""
    if image.dtype not in (np.uint8, np.float64):
        image = quantise(image)
    return np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image


def _linear(
    output: Image, target: Image, places: dict[str, Region]
) -> Iterator[tuple[tuple[str, str], Errors]]:
    """Yield the errors of channels that are sums of R, G and B, from the products of these three.

    The products are whole numbers for 8-bit images, and so are their sums: nothing is rounded.
    """
    colours = [
        np.asarray(cv2.subtract(o, t, dtype=cv2.CV_64F), np.float64)
        for o, t in zip(cv2.split(output), cv2.split(target), strict=True)
    ]
    sums = [cv2.integral(c, sdepth=cv2.CV_64F) for c in colours]
    pairs = [(a, b) for a in range(3) for b in range(a, 3)]
    products = [cv2.integral(colours[a] * colours[b], sdepth=cv2.CV_64F) for a, b in pairs]
    moments = np.empty((3, 3))
    linear = [(name, c.weights) for name, c in CHANNELS.items() if c.is_linear]
    for region, place in places.items():
        bias = np.array([_mean(table, place) for table in sums])
        for (a, b), table in zip(pairs, products, strict=True):
            moments[a, b] = moments[b, a] = _mean(table, place)
        for name, rows in linear:
            squared = np.maximum(((rows @ moments) * rows).sum(axis=1), 0.0)
            yield (name, region), Errors(squared, rows @ bias)


def _rounded(
    shared: SharedPlanes, places: dict[str, Region]
) -> Iterator[tuple[tuple[str, str], Errors]]:
    """Yield the errors of channels that are rounded to 8 bits."""
    tables: dict[ChannelRow, Doubles] = {}
    for name, channels in CHANNELS.items():
        if channels.is_linear:
            continue
        for row in channels.rows:
            if row not in tables:
                difference = cv2.absdiff(*shared.planes(row))
                squares = cv2.integral2(difference, sdepth=cv2.CV_64F)[1]
                tables[row] = np.asarray(squares, np.float64)
        unbiased = np.zeros(len(channels.rows))
        for region, place in places.items():
            squared = np.array([_mean(tables[row], place) for row in channels.rows])
            yield (name, region), Errors(squared, unbiased)


def _mean(table: NDArray[Any], place: Region) -> float:
    total = (
        table[place.bottom, place.right]
        - table[place.top, place.right]
        - table[place.bottom, place.left]
        + table[place.top, place.left]
    )
    return float(total) / place.area


def _extremes(shared: SharedPlanes, channels: str, place: Region) -> Extremes:
    pairs = [shared.planes(row) for row in CHANNELS[channels].rows]
    cut = place.slices
    return Extremes(
        min(float(t[cut].min()) for _, t in pairs),
        max(float(t[cut].max()) for _, t in pairs),
        max(float(o[cut].max()) for o, _ in pairs),
    )
