"""UQI: against the definition in whole numbers, and where it is 0/0."""

from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from iqabench.images import Pair
from iqabench.metrics import column
from iqabench.metrics.full_reference.uqi import uqi

from .damage import USUAL, pairs


def reference(output: NDArray[Any], target: NDArray[Any]) -> float:
    """4 cov mx my / (vx + vy) / (mx^2 + my^2); without variance its limit, 1 where all is black."""
    values = []
    for channel in range(target.shape[2]):
        planes = (image[:, :, channel] for image in (output, target))
        x, y = (sliding_window_view(plane, (8, 8)).reshape(-1, 64) for plane in planes)
        sx, sy = x.sum(1), y.sum(1)
        covariance = 64 * (x * y).sum(1) - sx * sy
        variance = 64 * ((x * x).sum(1) + (y * y).sum(1)) - sx * sx - sy * sy
        means = sx * sx + sy * sy
        with np.errstate(invalid="ignore"):
            luminance = np.where(means == 0, 1, 2 * sx * sy / means)
            contrast = np.where(variance == 0, 1, 2 * covariance / variance)
        values.append(float((luminance * contrast).mean()))
    return float(np.mean(values))


@pytest.mark.parametrize("kind", USUAL)
def test_photographs_equal_the_definition(kind: str) -> None:
    for output, target in pairs(kind):
        expected = reference(output.astype(np.int64), target.astype(np.int64))
        assert uqi(Pair(output, target)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("shape", [(8, 8), (9, 30), (39, 41), (40, 8), (71, 100)])
def test_flat_and_black_windows_equal_the_definition(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    output, target = (
        np.kron(rng.choice([0, 0, 9, 255], (9, 13, 3)), np.ones((10, 10, 1), int)) for _ in range(2)
    )
    output, target = (image[: shape[0], : shape[1]] for image in (output, target))
    pair = Pair(output.astype(np.uint8), target.astype(np.uint8))
    assert uqi(pair) == pytest.approx(reference(output, target), abs=1e-12)


def test_flat_images_by_hand() -> None:
    pair = Pair(np.full((15, 20, 1), 100, np.uint8), np.full((15, 20, 1), 150, np.uint8))
    assert uqi(pair) == pytest.approx(30_000 / 32_500, abs=1e-15)


def test_black_against_anything_is_nothing() -> None:
    image = np.full((15, 20, 1), 100, np.uint8)
    assert uqi(Pair(np.zeros_like(image), image)) == 0


def test_flat_luma_is_flat() -> None:
    """16 + 219 / 255 x is no whole number; the counts it is made of are."""
    output, target = np.full((30, 31, 3), 33, np.uint8), np.full((30, 31, 3), 77, np.uint8)
    x, y = (16 + 219 * level / 255 for level in (33, 77))
    value = column("uqi@sr-y")(output, target, 1)
    assert value == pytest.approx(2 * x * y / (x * x + y * y), abs=1e-12)


def test_luma_equals_the_definition() -> None:
    output, target = next(pairs("noise"))
    weights = np.array([65.481, 128.553, 24.966]) / 255
    planes = ((image @ weights + 16)[:, :, None] for image in (output, target))
    assert column("uqi@sr-y")(output, target, 0) == pytest.approx(reference(*planes), rel=1e-7)


def test_flat_floats_are_flat() -> None:
    rng = np.random.default_rng(1)
    target = np.kron(rng.uniform(0, 255, (4, 5, 1)), np.ones((16, 16, 1)))
    assert uqi(Pair(target * 0.9, target)) == pytest.approx(1.8 / 1.81, abs=1e-2)
    flat = Pair(np.full((40, 40, 1), 0.1), np.full((40, 40, 1), 0.3))
    assert uqi(flat) == pytest.approx(0.06 / 0.1, abs=1e-12)
