"""RMSE and MAE: by hand, exact where counts are whole numbers, and against PSNR."""

import cv2
import numpy as np
import pytest

from iqabench.images import Pair
from iqabench.metrics import column
from iqabench.metrics.full_reference.mae import mae
from iqabench.metrics.full_reference.psnr import psnr
from iqabench.metrics.full_reference.rmse import rmse

from .damage import USUAL, pairs


def test_by_hand() -> None:
    output, target = np.zeros((2, 1, 2, 3), np.uint8)
    output[0, 0], target[0, 1] = (3, 0, 4), (0, 5, 0)
    pair = Pair(output, target)
    assert rmse(pair) == pytest.approx((50 / 6) ** 0.5, abs=1e-14)
    assert mae(pair) == pytest.approx(2, abs=1e-14)


@pytest.mark.parametrize("kind", USUAL)
def test_photographs_equal_the_definition(kind: str) -> None:
    for output, target in pairs(kind):
        pair, difference = Pair(output, target), output.astype(float) - target
        assert rmse(pair) == pytest.approx(np.sqrt((difference**2).mean()), rel=1e-13)
        assert rmse(pair) == pytest.approx(255 / 10 ** (psnr(pair) / 20), rel=1e-13)
        assert mae(pair) == pytest.approx(np.abs(difference).mean(), rel=1e-13)


def test_one_level_of_one_blue_pixel_is_felt_exactly_in_luma() -> None:
    output = np.full((70, 90, 3), 254, np.uint8)
    target = output.copy()
    target[33, 44, 2] += 1
    step = 0.114 * 219 / 255
    assert column("mae@sr-y")(output, target, 0) == pytest.approx(step / 6300, rel=1e-12)
    assert column("rmse@sr-y")(output, target, 0) == pytest.approx(step / 6300**0.5, rel=1e-12)


def test_floats_and_integers_may_meet() -> None:
    rng = np.random.default_rng(0)
    output, target = rng.uniform(0, 255, (9, 9, 3)), rng.integers(0, 256, (9, 9, 3), np.uint8)
    expected = float(np.abs(output - target).mean())
    assert mae(Pair(output, target)) == pytest.approx(expected, rel=1e-13)
    assert mae(Pair(output.astype(np.float32), target)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_no_value(threads: int) -> None:
    rng = np.random.default_rng(0)
    pair = Pair(*rng.uniform(0, 255, (2, 700, 600, 3)).astype(np.float32))
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(0)
        expected = rmse(pair), mae(pair)
        cv2.setNumThreads(threads)
        assert (rmse(pair), mae(pair)) == pytest.approx(expected, rel=1e-12)
    finally:
        cv2.setNumThreads(before)
