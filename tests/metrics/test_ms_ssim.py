"""MS-SSIM: against the definition in double precision, and against piq where that halves alike."""

from collections.abc import Callable
from typing import Any

import numpy as np
import piq
import pytest
import torch
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from iqabench.images import Image, Pair, view
from iqabench.metrics import column
from iqabench.metrics.full_reference.ms_ssim import ms_ssim
from iqabench.protocols import protocol

from .damage import DAMAGES, USUAL, Pixels, pairs, photographs
from .published import FIVE

Double = NDArray[np.float64]


def similarity(x: Double, y: Double) -> tuple[float, float]:
    """SSIM and its contrast term."""
    taps = np.exp(-((np.arange(11) - 5) ** 2) / 4.5)
    taps /= taps.sum()

    def mean(plane: Double) -> Double:
        inner: Double = correlate1d(correlate1d(plane, taps, 0), taps, 1)[5:-5, 5:-5]
        return inner

    mx, my = mean(x), mean(y)
    contrast = 2 * (mean(x * y) - mx * my) + 58.5225
    contrast /= mean(x * x) - mx * mx + mean(y * y) - my * my + 58.5225
    luminance = (2 * mx * my + 6.5025) / (mx * mx + my * my + 6.5025)
    return float((luminance * contrast).mean()), float(contrast.mean())


def halved(plane: Double) -> Double:
    """The mean of each pixel and those right, below and between, beyond the edge mirrored; every other."""
    framed = np.pad(plane, ((0, 1), (0, 1)), "symmetric")
    means = (framed[:-1, :-1] + framed[1:, :-1] + framed[:-1, 1:] + framed[1:, 1:]) / 4
    return np.asarray(means[::2, ::2])


WEIGHTS = np.array((0.0448, 0.2856, 0.3001, 0.2363, 0.1333))


def terms(output: NDArray[Any], target: NDArray[Any]) -> Double:
    """The terms of the scales, a row for each channel."""
    rows: list[list[float]] = []
    for channel in range(target.shape[2]):
        x, y = (image[:, :, channel].astype(np.float64) for image in (output, target))
        rows.append([])
        for scale in range(5):
            full, contrast = similarity(x, y)
            rows[-1].append(full if scale == 4 else contrast)
            x, y = halved(x), halved(y)
    return np.array(rows)


def reference(output: NDArray[Any], target: NDArray[Any]) -> float:
    return float(np.prod(np.maximum(terms(output, target), 0) ** WEIGHTS, axis=1).mean())


def of_piq(output: Pixels, target: Pixels) -> float:
    x, y = (torch.from_numpy(i.astype(np.float64)).permute(2, 0, 1)[None] for i in (output, target))
    return float(piq.multi_scale_ssim(x, y, data_range=255.0))


@pytest.mark.parametrize("kind", USUAL)
def test_photographs_equal_the_definition(kind: str) -> None:
    for output, target in pairs(kind):
        assert ms_ssim(Pair(output, target)) == pytest.approx(reference(output, target), rel=1e-6)


@pytest.mark.parametrize("kind", USUAL)
def test_piq_agrees_where_no_side_is_odd(kind: str) -> None:
    target = np.ascontiguousarray(photographs()[0][:240, :192])
    output = DAMAGES[kind](target)
    assert ms_ssim(Pair(output, target)) == pytest.approx(of_piq(output, target), rel=1e-6)


def test_piq_does_not_where_one_is() -> None:
    """So that the docstring stays true, and nobody compares odd sizes with it."""
    output, target = next(pairs("noise"))
    assert abs(of_piq(output, target) / reference(output, target) - 1) > 1e-4


def test_luma_equals_the_definition() -> None:
    output, target = next(pairs("jpeg"))
    weights = np.array([65.481, 128.553, 24.966]) / 255
    planes = ((image @ weights + 16)[:, :, None] for image in (output, target))
    value = column("ms_ssim@sr-y")(output, target, 0)
    assert value == pytest.approx(reference(*planes), rel=1e-6)


def test_flat_images_by_hand() -> None:
    """Contrast is 1 at each scale; what is left is luminance to the last weight."""
    pair = Pair(np.full((177, 180, 1), 100, np.uint8), np.full((177, 180, 1), 150, np.uint8))
    luminance = (30_000 + 6.5025) / (32_500 + 6.5025)
    assert ms_ssim(pair) == pytest.approx(luminance**0.1333, abs=1e-7)


def test_contrast_below_zero_counts_as_zero() -> None:
    target = np.ascontiguousarray(photographs()[1][:200, :200])
    assert ms_ssim(Pair(255 - target, target)) == 0


@pytest.mark.parametrize(
    ("number", "figure"),
    [("I03", 0.6733), ("I04", 0.9996), ("I06", 0.9998), ("I08", 0.9566), ("I19", 0.8462)],
)
def test_a_published_figure_is_the_weighted_sum(
    real_image: Callable[[str], Image], number: str, figure: float
) -> None:
    """IQA-PyTorch's "official" MS-SSIM is the option wtd_sum of the authors' program, not the product."""
    output, target = (real_image(sha256) for sha256 in FIVE[number][:2])
    pair = view(protocol("rgb2gray"), output, target)
    of_scales = terms(pair.output, pair.target)[0]
    assert round(float(of_scales @ WEIGHTS / WEIGHTS.sum()), 4) == figure
    product = ms_ssim(pair)
    assert product == pytest.approx(reference(pair.output, pair.target), rel=1e-6)
    assert product <= figure + 5e-5
