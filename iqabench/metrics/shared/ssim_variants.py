"""Variants of structural similarity: the other programs that papers call SSIM.

All of a pair are computed in one pass, in double precision, since they share their filterings. As in
`structural_similarity` the sum and the difference of the images stand for the images, and a variant is a
choice among constants, windows and averages:

- The variance of a sample is n / (n - 1) times that of a population, which only changes C2 by (n - 1) / n.
- A window with the border repeated is one for each pixel; those within the image are its middle.
- The third axis of a window mixes the local means of the channels, by three weights a channel.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.errors import MetricError
from iqabench.images import Image, Pair
from iqabench.images.shared import Shared
from iqabench.metrics.shared.block_averages import adaptive_average
from iqabench.metrics.shared.structural_similarity import K1, K2, SIGMA, WINDOW, plane_sum
from iqabench.ssim_variant import SsimVariant

_KERNEL = cv2.getGaussianKernel(WINDOW, SIGMA, cv2.CV_64F)
_EDGE = WINDOW // 2
_BAND = 96
"""Rows that are worked on at a time, so that their maps stay in the processor's cache."""
_POOLED_TO = 256

Plane = NDArray[np.float64]
"""(H, W)."""


class WindowMeans(NamedTuple):
    """Local means around each pixel of a plane."""

    of_sum: Plane
    of_squared_sum: Plane
    of_difference: Plane
    of_squared_difference: Plane


def variant_similarity(pair: Pair) -> float:
    """Return the similarity of the pair in the variant of its protocol; all that are asked for share a pass.

    Where only some pixels count, the mean is over the windows around those, in the plain variant, too.

    Raises: KeyError for a variant that the pair was not told of; MetricError when no window counts.
    """
    return pair.shared("variant similarities", _similarities)[pair.ssim]


def _similarities(pair: Pair) -> Mapping[SsimVariant, float]:
    groups: dict[tuple[bool, bool], list[SsimVariant]] = {}
    for variant in pair.ssim_asked:
        if pair.inside is not None or not variant.is_plain:
            groups.setdefault((variant.rounded, variant.pooled), []).append(variant)
    values: dict[SsimVariant, float] = {}
    for (rounded, pooled), variants in groups.items():
        output, target = (_prepared(image, rounded, pooled) for image in (pair.output, pair.target))
        values |= _means(output, target, variants, pair.peak, pair.inside)
    return values


def _prepared(image: Image, rounded: bool, pooled: bool) -> NDArray[np.float64]:
    values: NDArray[np.float64] = np.asarray(image, np.float64)
    if rounded:
        values = np.floor(values + 0.5)
    return _pool(values) if pooled else values


def _pool(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the averages over blocks that make the shorter side about 256 pixels."""
    height, width = image.shape[:2]
    step = max(1, round(min(height, width) / _POOLED_TO))
    return image if step == 1 else adaptive_average(image, height // step, width // step)


def _means(
    output: Image,
    target: Image,
    variants: Iterable[SsimVariant],
    peak: float,
    inside: NDArray[np.bool_] | None,
) -> dict[SsimVariant, float]:
    """Return the mean over windows and channels of each variant's map."""
    height, width, channels = target.shape
    sums = dict.fromkeys(variants, 0.0)
    planes = list(zip(_padded_planes(output), _padded_planes(target), strict=True))
    for top in range(0, height, _BAND):
        rows = slice(top, min(top + _BAND, height) + 2 * _EDGE)
        band = RowsOfPair([(output[rows], target[rows]) for output, target in planes], peak)
        for variant in sums:
            for plane in band.maps(variant):
                counted = plane if inside is None else plane * inside[top : top + len(plane)]
                sums[variant] += _sum_of_windows(counted, variant, top, height)
    places = np.ones((height, width), np.bool_) if inside is None else inside
    return {v: total / (_windows(v, places) * channels) for v, total in sums.items()}


def _padded_planes(image: Image) -> list[Plane]:
    """Return each channel with its border repeated, (H + 10, W + 10)."""
    return [np.pad(plane, _EDGE, mode="edge") for plane in np.moveaxis(image, 2, 0)]


def _windows(variant: SsimVariant, inside: NDArray[np.bool_]) -> int:
    """Return the number of windows that count in a channel."""
    edge = 0 if variant.padding == "replicate" else variant.pixels // 2
    height, width = inside.shape
    number = int(inside[edge : height - edge, edge : width - edge].sum())
    if not number:
        raise MetricError(
            "no pixel that counts is far enough from the border for the window of ssim."
        )
    return number


def _sum_of_windows(plane: Plane, variant: SsimVariant, top: int, height: int) -> float:
    """Return the sum of a band of a map over the windows that count."""
    if variant.padding == "replicate":
        return plane_sum(plane)
    edge = variant.pixels // 2
    first, last = max(0, edge - top), min(len(plane), height - edge - top)
    return plane_sum(plane[first:last, edge:-edge]) if last > first else 0.0


class RowsOfPair(Shared):
    """Some rows of a pair, with five more at each side; variants share what they have in common."""

    def __init__(self, planes: Sequence[tuple[Plane, Plane]], peak: float) -> None:
        """Take the output and target of each channel, padded."""
        super().__init__()
        self._planes = planes
        self._c1, self._c2 = 2 * (K1 * peak) ** 2, 2 * (K2 * peak) ** 2

    def maps(self, variant: SsimVariant) -> list[Plane]:
        """Return luminance times contrast around each pixel, channel by channel."""
        window = f"{variant.window} {variant.dimensions}"
        name = f"{window} {variant.covariance} {variant.clip_contrast}"
        return self.shared(name, lambda band: band._maps(variant, window))

    def _maps(self, variant: SsimVariant, window: str) -> list[Plane]:
        c2 = self._c2
        if variant.covariance == "sample":
            pixels = variant.pixels**variant.dimensions
            c2 *= (pixels - 1) / pixels
        terms = self.shared(f"terms {window}", lambda band: band._terms(variant))
        maps = []
        for luminance, of_difference, of_both in terms:
            contrast = _one_less_twice(of_difference / (of_both + c2))
            if variant.clip_contrast:
                np.maximum(contrast, 0, out=contrast)
            contrast *= luminance
            maps.append(contrast)
        return maps

    def _terms(self, variant: SsimVariant) -> list[tuple[Plane, Plane, Plane]]:
        """Return the luminance and the variances of the difference and of both, channel by channel."""
        return [self._term(moments) for moments in self._moments(variant)]

    def _term(self, moments: WindowMeans) -> tuple[Plane, Plane, Plane]:
        of_sum, of_difference = moments.of_sum**2, moments.of_difference**2
        variance = moments.of_squared_difference - of_difference
        both = moments.of_squared_sum - of_sum
        both += variance
        of_sum += of_difference
        of_sum += self._c1
        luminance = _one_less_twice(np.divide(of_difference, of_sum, out=of_sum))
        return luminance, variance, both

    def _moments(self, variant: SsimVariant) -> list[WindowMeans]:
        """Return the local means of each channel under the variant's window."""
        flat = self.shared(
            f"moments {variant.window}",
            lambda band: [_plane_moments(*planes, variant) for planes in band._planes],
        )
        return flat if variant.dimensions == 2 else _across_channels(flat, variant)


def _one_less_twice(share: Plane) -> Plane:
    """Return 1 - 2 x, in place."""
    share *= -2
    share += 1
    return share


def _plane_moments(output: Plane, target: Plane, variant: SsimVariant) -> WindowMeans:
    total, difference = output + target, output - target
    planes = (total, total * total, difference, difference * difference)
    return WindowMeans(*(_local_mean(plane, variant) for plane in planes))


def _local_mean(plane: Plane, variant: SsimVariant) -> Plane:
    """Return the mean under the window around each pixel of the plane without its edge."""
    if variant.window == "gauss":
        blurred = cv2.sepFilter2D(plane, -1, _KERNEL, _KERNEL, borderType=cv2.BORDER_CONSTANT)
    else:
        size = (variant.pixels, variant.pixels)
        blurred = cv2.boxFilter(plane, -1, size, borderType=cv2.BORDER_CONSTANT)
    means: Plane = np.asarray(blurred, np.float64)
    return means[_EDGE:-_EDGE, _EDGE:-_EDGE]


def _across_channels(moments: list[WindowMeans], variant: SsimVariant) -> list[WindowMeans]:
    """Return the moments under a window that extends over the channels, the outer ones repeated."""
    rows = _channel_weights(len(moments), variant).tolist()
    return [
        WindowMeans(*(_weighted(row, planes) for planes in zip(*moments, strict=True)))
        for row in rows
    ]


def _weighted(weights: Sequence[float], planes: Sequence[Plane]) -> Plane:
    """Return the sum of the planes, each times its weight."""
    total = planes[0] * weights[0]
    for weight, plane in zip(weights[1:], planes[1:], strict=True):
        total += plane * weight
    return total


def _channel_weights(channels: int, variant: SsimVariant) -> NDArray[np.float64]:
    """Return the weight of each channel around each channel, (C, C)."""
    edge = variant.pixels // 2
    taps = (
        _KERNEL[:, 0] if variant.window == "gauss" else np.full(variant.pixels, 1 / variant.pixels)
    )
    weights = np.zeros((channels, channels))
    for centre in range(channels):
        for offset, tap in zip(range(-edge, edge + 1), taps, strict=True):
            weights[centre, min(max(centre + offset, 0), channels - 1)] += tap
    return weights
