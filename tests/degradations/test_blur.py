"""Gaussian blur: a small kernel by hand, scipy, and the usual requests."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from iqabench.degradations.blur import blur
from iqabench.errors import UsageError

IMAGE = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)


def test_three_taps_and_their_reflection_by_hand() -> None:
    side = np.exp(-0.5)
    middle, side = 1 / (1 + 2 * side), side / (1 + 2 * side)
    column = np.array([10.0, 50.0, 200.0]).reshape(3, 1, 1)
    expected = [
        middle * 10 + 2 * side * 50,
        side * 10 + middle * 50 + side * 200,
        2 * side * 50 + middle * 200,
    ]
    assert blur(column, sigma=1, size=3).ravel() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("sigma", [0.7, 1.6, 4.0])
def test_scipy_agrees(sigma: float) -> None:
    radius = int(np.ceil(3 * sigma))
    expected = gaussian_filter(
        IMAGE.astype(float), sigma, mode="mirror", radius=radius, axes=(0, 1)
    )
    assert blur(IMAGE.astype(float), sigma=sigma) == pytest.approx(expected, abs=1e-10)
    assert np.array_equal(blur(IMAGE, sigma=sigma), np.floor(expected + 0.5))


def test_types_and_one_channel() -> None:
    assert blur(IMAGE, sigma=1).dtype == np.uint8
    assert blur(IMAGE.astype(np.float32), sigma=1).dtype == np.float64
    assert np.array_equal(blur(IMAGE[:, :, :1], sigma=1), blur(IMAGE, sigma=1)[:, :, :1])
    assert blur(IMAGE[:1, :1], sigma=4).tolist() == IMAGE[:1, :1].tolist()


def test_bad_requests_are_explained() -> None:
    for sigma in (0, -1, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="expected a standard deviation above 0"):
            blur(IMAGE, sigma=sigma)
    for size in (0, 4, -3):
        with pytest.raises(UsageError, match="expected an odd number"):
            blur(IMAGE, sigma=1, size=size)
