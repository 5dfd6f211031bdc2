"""Maps of structural similarity around each pixel of a few rows, in double precision.

As in `structural_similarity` the sum s and the difference d of the two images stand for the images. With the
local means m,

    luminance = (L - 2 m(d)^2) / L,    L = m(s)^2 + m(d)^2 + 2 C1
    contrast  = (C - 2 v(d)) / C,      C = m(s^2 + d^2) - m(s)^2 - m(d)^2 + 2 C2,    v(d) = m(d^2) - m(d)^2

so that one division makes their product, and identical images have exactly 1. Planes are taken from a
workspace and used again: asking the system for new memory would cost more than computing in it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Image
from iqabench.metrics.shared.structural_similarity import K1, K2, SIGMA, WINDOW
from iqabench.ssim_variant import SsimVariant

EDGE = WINDOW // 2
"""The pixels from the middle of the largest window to its border."""

Plane = NDArray[np.float64]
"""(H, W)."""

_UNIFORM = 7
"""Pixels a side of the window whose weights are alike."""
_KERNEL = cv2.getGaussianKernel(WINDOW, SIGMA, cv2.CV_64F)


class PlaneMoments(NamedTuple):
    """The sum s and the difference d of two planes with their squares, or the local means of these."""

    of_sum: Plane
    of_difference: Plane
    of_squared_difference: Plane
    of_squares: Plane
    """Of s^2 + d^2."""


class WindowTerms(NamedTuple):
    """The parts of similarity around each pixel: it is their product, divided by that of the wholes."""

    luminance: Plane
    luminance_whole: Plane
    contrast: Plane
    contrast_whole: Plane


class Workspace:
    """Planes of which those that are no longer needed are used again."""

    def __init__(self) -> None:
        self._planes: dict[tuple[int, int], list[Plane]] = {}
        self._taken: dict[tuple[int, int], int] = {}

    def take(self, number: int, size: tuple[int, int]) -> list[Plane]:
        """Return planes (H, W) of that size with anything in them."""
        planes, first = self._planes.setdefault(size, []), self._taken.get(size, 0)
        while len(planes) < first + number:
            planes.append(np.empty(size))
        self._taken[size] = first + number
        return planes[first : first + number]

    @contextmanager
    def scratch(self) -> Iterator[None]:
        """Give all planes back at the end that were taken within."""
        taken = dict(self._taken)
        yield
        self._taken = taken


class WindowMaps:
    """The maps of similarity of some rows, for images with that peak."""

    def __init__(self, peak: float, workspace: Workspace) -> None:
        self._c1, self._c2 = 2 * (K1 * peak) ** 2, 2 * (K2 * peak) ** 2
        self._space = workspace

    def moments(self, output: Image, target: Image) -> PlaneMoments:
        """Return the planes of one channel whose local means are asked for.

        Shapes: (H, W) alike, of any type that OpenCV adds.
        """
        moments = PlaneMoments(*self._space.take(4, (target.shape[0], target.shape[1])))
        cv2.add(output, target, dst=moments.of_sum, dtype=cv2.CV_64F)
        cv2.subtract(output, target, dst=moments.of_difference, dtype=cv2.CV_64F)
        squared, squares = moments.of_squared_difference, moments.of_squares
        cv2.multiply(moments.of_difference, moments.of_difference, dst=squared)
        cv2.multiply(moments.of_sum, moments.of_sum, dst=squares)
        cv2.add(squares, squared, dst=squares)
        return moments

    def means(self, moments: PlaneMoments, window: str) -> PlaneMoments:
        """Return the local means of planes (H + 10, W + 10) under a window, (H, W)."""
        means = self._space.take(4, _size(moments.of_sum))
        for plane, mean in zip(moments, means, strict=True):
            if window == "gauss":
                cv2.sepFilter2D(
                    plane, -1, _KERNEL, _KERNEL, dst=mean, borderType=cv2.BORDER_CONSTANT
                )
            else:
                size = (_UNIFORM, _UNIFORM)
                cv2.boxFilter(plane, -1, size, dst=mean, borderType=cv2.BORDER_CONSTANT)
        return PlaneMoments(*(mean[EDGE:-EDGE, EDGE:-EDGE] for mean in means))

    def across_channels(
        self, weights: Sequence[float], means: Sequence[PlaneMoments]
    ) -> PlaneMoments:
        """Return the means of all channels, each times its weight."""
        return PlaneMoments(*(self._mixed(weights, planes) for planes in zip(*means, strict=True)))

    def _mixed(self, weights: Sequence[float], planes: Sequence[Plane]) -> Plane:
        [mixed] = self._space.take(1, _size(planes[0]))
        if len(planes) == 1:
            return np.multiply(planes[0], weights[0], out=mixed)
        cv2.addWeighted(planes[0], weights[0], planes[1], weights[1], 0, dst=mixed)
        for weight, plane in zip(weights[2:], planes[2:], strict=True):
            cv2.scaleAdd(plane, weight, mixed, dst=mixed)
        return mixed

    def terms(self, means: PlaneMoments) -> WindowTerms:
        """Return the parts of similarity, (H, W)."""
        terms = WindowTerms(*self._space.take(4, _size(means.of_sum)))
        squared, whole = terms.luminance, terms.luminance_whole
        cv2.multiply(means.of_difference, means.of_difference, dst=squared)
        cv2.multiply(means.of_sum, means.of_sum, dst=whole)
        cv2.addWeighted(whole, 1, squared, 1, self._c1, dst=whole)
        cv2.addWeighted(
            means.of_squares, 1, whole, -1, self._c1 + self._c2, dst=terms.contrast_whole
        )
        cv2.subtract(means.of_squared_difference, squared, dst=terms.contrast)
        cv2.addWeighted(terms.contrast_whole, 1, terms.contrast, -2, 0, dst=terms.contrast)
        cv2.addWeighted(whole, 1, squared, -2, 0, dst=terms.luminance)
        return terms

    def similarity(self, terms: WindowTerms, variant: SsimVariant) -> Plane:
        """Return luminance times contrast around each pixel, (H, W), under the variant's covariance."""
        whole, product = self._space.take(2, _size(terms.contrast))
        contrast, contrast_whole = terms.contrast, terms.contrast_whole
        if (
            variant.covariance == "sample"
        ):  # whose variance is n / (n - 1) times that of the population
            lacking = self._c2 / variant.pixels**variant.dimensions
            contrast = np.subtract(contrast, lacking, out=product)
            contrast_whole = np.subtract(contrast_whole, lacking, out=whole)
        if variant.clip_contrast:
            contrast = np.maximum(contrast, 0, out=product)
        cv2.multiply(contrast_whole, terms.luminance_whole, dst=whole)
        cv2.multiply(contrast, terms.luminance, dst=product)
        cv2.divide(product, whole, dst=product)
        return product


def _size(plane: Plane) -> tuple[int, int]:
    return plane.shape[0], plane.shape[1]


def channel_weights(channels: int, window: str) -> NDArray[np.float64]:
    """Return the weight of each channel in a window around each, (C, C), the outer ones repeated."""
    taps = _KERNEL[:, 0].tolist() if window == "gauss" else [1 / _UNIFORM] * _UNIFORM
    weights = np.zeros((channels, channels))
    for centre in range(channels):
        for offset, tap in enumerate(taps, -(len(taps) // 2)):
            weights[centre, min(max(centre + offset, 0), channels - 1)] += tap
    return weights
