"""PSNR-B: by hand, against the definition in loops, and against a count that others get wrong."""

from math import inf, log2, log10

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torchmetrics.functional.image import peak_signal_noise_ratio_with_blocked_effect

from iqabench.images import Pair
from iqabench.metrics.full_reference.psnr import psnr
from iqabench.metrics.full_reference.psnr_b import psnr_b

from .damage import USUAL, pairs

Double = NDArray[np.float64]


def grey(image: NDArray[np.uint8]) -> Double:
    return np.asarray(image.astype(np.float64) @ [0.299, 0.587, 0.114])


def reference(output: Double, target: Double) -> float:
    height, width = target.shape
    across, within = 0.0, 0.0
    for plane in (output, output.T):
        for line in range(1, len(plane)):
            step = float(((plane[line] - plane[line - 1]) ** 2).sum())
            if line % 8 == 0:
                across += step
            else:
                within += step
    seams = height * (width / 8 - 1) + width * (height / 8 - 1)
    others = height * (width - 1) + width * (height - 1) - seams
    error = float(((output - target) ** 2).mean())
    if across / seams > within / others:
        error += 3 / log2(min(height, width)) * (across / seams - within / others)
    return 10 * log10(255**2 / error)


@pytest.mark.parametrize("kind", USUAL)
def test_photographs_equal_the_definition(kind: str) -> None:
    for output, target in pairs(kind):
        expected = reference(grey(output), grey(target))
        assert psnr_b(Pair(output, target)) == pytest.approx(expected, abs=1e-5)


def test_blocks_of_jpeg_cost_and_blur_does_not() -> None:
    for blurred, target in pairs("blur"):
        code = cv2.imencode(".jpg", target, [cv2.IMWRITE_JPEG_QUALITY, 10])[1]
        blocky = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)
        for output, costs in ((blocky, True), (blurred, False)):
            pair = Pair(output[:, :, [1]], target[:, :, [1]])
            assert (psnr_b(pair) < psnr(pair) - 0.05) == costs


def test_torchmetrics_counts_other_seams() -> None:
    """Off by little, as the docstring says."""
    output, target = next(pairs("jpeg"))
    x, y = (torch.from_numpy(grey(image))[None, None] for image in (output, target))
    theirs = float(peak_signal_noise_ratio_with_blocked_effect(x, y, data_range=255.0))
    assert 1e-3 < abs(theirs - psnr_b(Pair(output, target))) < 0.5


def test_one_seam_by_hand() -> None:
    """16x16 pixels, the right half 10 levels brighter: 16 steps of 100 among 32 across the seams."""
    output = np.zeros((16, 16, 1), np.uint8)
    output[:, 8:] = 10
    effect = 3 / 4 * (16 * 100 / 32)
    target = np.zeros_like(output)
    assert psnr_b(Pair(output, target)) == pytest.approx(
        10 * log10(255**2 / (50 + effect)), abs=1e-6
    )


def test_seams_of_a_target_cost_nothing_alone() -> None:
    image = np.zeros((16, 16, 1), np.uint8)
    image[:, 8:] = 10
    assert psnr_b(Pair(image, image.copy())) == inf


def test_its_lowest_value() -> None:
    """A negative whose steps are all at seams, of the size whose seams weigh most."""
    lit = np.array([0] * 8 + [255] * 8 + [0])
    output = np.where(lit[:, None] == lit, 0, 255).astype(np.uint8)[:, :, None]
    value = psnr_b(Pair(output, 255 - output))
    assert value == pytest.approx(-3.627, abs=1e-3)
