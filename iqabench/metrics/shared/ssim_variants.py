"""Variants of structural similarity: the other programs that papers call SSIM.

All of a pair are computed in one pass, in double precision, since they share their filterings, and a variant
is a choice among constants, windows and averages:

- The variance of a sample is n / (n - 1) times that of a population, which only changes C2 by (n - 1) / n.
- A window with the border repeated is one for each pixel; those within the image are its middle.
- The third axis of a window mixes the local means of the channels, by three weights a channel.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.errors import MetricError
from iqabench.images import Image, Pair
from iqabench.metrics.shared.block_averages import adaptive_average
from iqabench.metrics.shared.structural_similarity import plane_sum
from iqabench.metrics.shared.window_maps import (
    EDGE,
    Plane,
    PlaneMoments,
    WindowMaps,
    Workspace,
    channel_weights,
)
from iqabench.ssim_variant import SsimVariant

_BAND = 64
"""Rows that are worked on at a time, so that their maps stay in the processor's cache."""
_POOLED_TO = 256
_STRIDE = 32
"""The number of whose multiples networks need sides, for the variant that pools the padded size."""
_FILTERED = (np.uint8, np.float32, np.float64)
"""The types of pixels of which OpenCV makes sums in double precision."""


def variant_similarity(pair: Pair) -> float:
    """Return the similarity of the pair in the variant of its protocol; all that are asked for share a pass.

    Where only some pixels count, the mean is over the windows around those, in the plain variant, too.

    Raises: KeyError for a variant that the pair was not told of; MetricError when no window counts.
    """
    return pair.shared("variant similarities", _similarities)[pair.ssim]


def _similarities(pair: Pair) -> Mapping[SsimVariant, float]:
    groups: dict[_Preparation, list[SsimVariant]] = {}
    for variant in pair.ssim_asked:
        if pair.inside is not None or not variant.is_plain:
            groups.setdefault(_Preparation.of(variant), []).append(variant)
    values: dict[SsimVariant, float] = {}
    for preparation, variants in groups.items():
        output, target = (preparation.of_image(image) for image in (pair.output, pair.target))
        sums = _Sums(variants, target.shape, pair.inside)
        sums.add(output, target, preparation.peak(pair))
        values |= sums.means()
    return values


class _Preparation(NamedTuple):
    """The steps before the windows and the range of pixels, which many variants share."""

    grey: bool
    rounded: bool
    pooled: bool
    padded: bool
    doubled_range: bool

    @classmethod
    def of(cls, variant: SsimVariant) -> Self:
        """Return the steps of a variant."""
        padded = variant.pooled_size == "padded"
        return cls(variant.grey, variant.rounded, variant.pooled, padded, variant.doubled_range)

    def peak(self, pair: Pair) -> float:
        """Return the range of pixels of which the constants are made."""
        return 2 * pair.peak if self.doubled_range else pair.peak

    def of_image(self, image: Image) -> Image:
        """Return the image as windows see it; pixels keep their type where OpenCV can add them."""
        if self.grey:
            image = _grey(image)
        if self.rounded and image.dtype != np.uint8:
            image = image.astype(np.float64)
            image += 0.5
            np.floor(image, out=image)
        if self.pooled:
            return pooled_to_256(image, padded=self.padded)
        return image if image.dtype in _FILTERED else image.astype(np.float64)


def _grey(image: Image) -> Image:
    """Return images of 8 bits in grey, (H, W, 1).

    Raises: MetricError for others.
    """
    if image.shape[2] == 1:
        return image
    if image.dtype != np.uint8:
        raise MetricError(
            "this variant of ssim makes images of 8 bits grey, and the protocol compares floats; name one "
            "that rounds or cuts off its outputs."
        )
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))[..., None]


def pooled_to_256(image: Image, *, padded: bool = False) -> Image:
    """Return the averages over blocks that make the shorter side about 256 pixels, (H', W', C).

    With `padded` the number of blocks is that of an image whose sides are the next larger multiples of 32.
    """
    height, width = image.shape[:2]
    if padded:
        height, width = (side // _STRIDE * _STRIDE + _STRIDE for side in (height, width))
    step = max(1, round(min(height, width) / _POOLED_TO))
    size = height // step, width // step
    return image if size == image.shape[:2] else adaptive_average(image, *size)


class _Sums:
    """The sums of the variants' maps over the windows that count."""

    def __init__(
        self,
        variants: Iterable[SsimVariant],
        shape: tuple[int, ...],
        inside: NDArray[np.bool_] | None,
    ) -> None:
        self._sums = dict.fromkeys(variants, 0.0)
        self._height, self._width, self._channels = shape
        self._inside = inside

    def add(self, output: Image, target: Image, peak: float) -> None:
        """Add all rows of a pair, (H, W, C)."""
        space = Workspace()
        maps = WindowMaps(peak, space)
        planes = list(zip(_padded_planes(output), _padded_planes(target), strict=True))
        for top in range(0, self._height, _BAND):
            rows = slice(top, min(top + _BAND, self._height) + 2 * EDGE)
            with space.scratch():
                self._add_rows(maps, space, [(o[rows], t[rows]) for o, t in planes], top)

    def _add_rows(
        self, maps: WindowMaps, space: Workspace, planes: Sequence[tuple[Image, Image]], top: int
    ) -> None:
        means: dict[str, list[PlaneMoments]] = {window: [] for window in self._windows(3)}
        for output, target in planes:
            moments = maps.moments(output, target)
            for window in dict.fromkeys([*means, *self._windows(2)]):
                of_channel = maps.means(moments, window)
                self._add_maps(maps, space, of_channel, (window, 2), top)
                if window in means:
                    means[window].append(of_channel)
        for window, of_channels in means.items():
            for weights in channel_weights(self._channels, window).tolist():
                with space.scratch():
                    mixed = maps.across_channels(weights, of_channels)
                    self._add_maps(maps, space, mixed, (window, 3), top)

    def _windows(self, dimensions: int) -> list[str]:
        """Return the windows of variants of that many axes."""
        return list(dict.fromkeys(v.window for v in self._sums if v.dimensions == dimensions))

    def _add_maps(
        self,
        maps: WindowMaps,
        space: Workspace,
        means: PlaneMoments,
        window: tuple[str, int],
        top: int,
    ) -> None:
        """Add the maps of a channel for all variants of a window and a number of axes."""
        alike = [v for v in self._sums if (v.window, v.dimensions) == window]
        if not alike:
            return
        with space.scratch():
            terms = maps.terms(means)
            for kind in dict.fromkeys((v.covariance, v.clip_contrast) for v in alike):
                same = [v for v in alike if (v.covariance, v.clip_contrast) == kind]
                similarity = maps.similarity(terms, same[0])
                if self._inside is not None:
                    similarity *= self._inside[top : top + len(similarity)]
                for each in same:
                    self._sums[each] += self._sum_of_windows(similarity, each, top)

    def _sum_of_windows(self, similarity: Plane, variant: SsimVariant, top: int) -> float:
        """Return the sum of some rows of a map over the windows that count."""
        if variant.padding == "replicate":
            return plane_sum(similarity)
        edge = variant.pixels // 2
        first, last = max(0, edge - top), min(len(similarity), self._height - edge - top)
        return plane_sum(similarity[first:last, edge:-edge]) if last > first else 0.0

    def means(self) -> dict[SsimVariant, float]:
        """Return the mean over windows and channels of each variant."""
        return {v: total / (self._counted(v) * self._channels) for v, total in self._sums.items()}

    def _counted(self, variant: SsimVariant) -> int:
        """Return the number of windows that count in a channel.

        Raises: MetricError when there is none.
        """
        edge = 0 if variant.padding == "replicate" else variant.pixels // 2
        if self._inside is None:
            return (self._height - 2 * edge) * (self._width - 2 * edge)
        inner = self._inside[edge : self._height - edge, edge : self._width - edge]
        if not inner.any():
            raise MetricError(
                "no pixel that counts is far enough from the border for the window of ssim."
            )
        return int(inner.sum())


def _padded_planes(image: Image) -> Sequence[Image]:
    """Return each channel with its border repeated, (H + 10, W + 10)."""
    edges = (EDGE, EDGE, EDGE, EDGE)
    padded = cv2.copyMakeBorder(image, *edges, cv2.BORDER_REPLICATE)
    return [padded] if padded.ndim == 2 else cv2.split(padded)
