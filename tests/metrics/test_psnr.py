"""PSNR: by hand, in exact arithmetic, and where float32 would be wrong."""

from fractions import Fraction
from math import inf, log10
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from iqabench.images import Pair
from iqabench.metrics import column
from iqabench.metrics.full_reference.psnr import psnr

BLUE = Fraction(114, 1000) * Fraction(219, 255)


def noisy(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def decibels(error: Fraction | float) -> float:
    return 10 * log10(255**2 / error)


@pytest.mark.parametrize("level", [1, 3, 255])
def test_a_constant_difference_by_hand(level: int) -> None:
    pair = Pair(np.zeros((4, 5, 3), np.uint8), np.full((4, 5, 3), level, np.uint8))
    assert psnr(pair) == pytest.approx(20 * log10(255 / level), abs=1e-12)


def test_black_against_white_is_zero() -> None:
    assert psnr(Pair(np.zeros((4, 5, 1), np.uint8), np.full((4, 5, 1), 255, np.uint8))) == 0


def test_the_error_is_a_mean_over_all_channels() -> None:
    output, target = np.zeros((2, 1, 1, 3), np.uint8)
    output[0, 0] = (3, 0, 4)
    assert psnr(Pair(output, target)) == pytest.approx(decibels(25 / 3), abs=1e-12)


@pytest.mark.parametrize("kind", [np.uint8, np.float32, np.float64])
def test_identical_images_are_infinitely_good(kind: type) -> None:
    image: NDArray[Any] = noisy(20, 30, 3).astype(kind)
    assert psnr(Pair(image, image.copy())) == inf


@pytest.mark.parametrize("name", ["sr-y", "y-full", "rgb", "y-rounded"])
def test_identical_images_are_so_under_any_protocol(name: str) -> None:
    image = noisy(20, 30, 3)
    assert column(f"psnr@{name}")(image, image.copy()) == inf


def test_many_pixels_are_summed_exactly() -> None:
    """Two megapixels of the largest errors: a float32 sum would stop growing."""
    output, target = np.zeros((1024, 2048, 1), np.uint8), np.full((1024, 2048, 1), 254, np.uint8)
    assert psnr(Pair(output, target)) == pytest.approx(20 * log10(255 / 254), abs=1e-13)


@pytest.mark.parametrize("base", [0, 100, 254])
def test_one_level_of_one_blue_pixel_is_felt_exactly(base: int) -> None:
    """Where the luma of both is rounded to float32, this is off by up to 0.002 dB."""
    output = np.full((70, 90, 3), base, np.uint8)
    target = output.copy()
    target[33, 44, 2] += 1
    for name, error in (("sr-y", BLUE**2), ("y-full", Fraction(114, 1000) ** 2), ("rgb", 1)):
        pixels = 70 * 90 if name != "rgb" else 70 * 90 * 3
        exact = decibels(Fraction(error) / pixels)
        column_ = column(f"psnr@{name}")
        assert column_(output, target, scale=0) == pytest.approx(exact, abs=1e-10)


def test_against_exact_arithmetic() -> None:
    output, target = noisy(40, 50, 3), noisy(40, 50, 3, seed=1)
    inner = (output[4:-4, 4:-4].astype(int) - target[4:-4, 4:-4]) @ np.array([299, 587, 114])
    squares = sum(int(d) ** 2 for d in inner.ravel())
    exact = decibels(Fraction(219, 255_000) ** 2 * squares / inner.size)
    assert column("psnr@sr-y")(output, target, 4) == pytest.approx(exact, abs=1e-11)


def test_full_range_luma_is_lower_by_the_swing() -> None:
    """20 log10(255/219) = 1.3219 dB: what a paper and a toolbox disagree by."""
    output, target = noisy(40, 50, 3), noisy(40, 50, 3, seed=1)
    studio, full = (column(f"psnr@{name}")(output, target, 4) for name in ("sr-y", "y-full"))
    assert studio - full == pytest.approx(20 * log10(255 / 219), abs=1e-10)


def test_floats_and_integers_may_meet() -> None:
    output, target = noisy(9, 9, 3), noisy(9, 9, 3, seed=1)
    expected = decibels(float(np.mean((output.astype(float) - target) ** 2)))
    for kinds in ((np.float64, np.uint8), (np.uint8, np.float32), (np.float64, np.float64)):
        pair = Pair(output.astype(kinds[0]), target.astype(kinds[1]))
        assert psnr(pair) == pytest.approx(expected, abs=1e-12)


def test_strided_views_are_read_rightly() -> None:
    output, target = noisy(3, 30, 40), noisy(3, 30, 40, seed=1)
    planar = Pair(np.moveaxis(output, 0, 2), np.moveaxis(target, 0, 2))
    backwards = Pair(output.transpose(1, 2, 0)[::-1, ::-2], target.transpose(1, 2, 0)[::-1, ::-2])
    for pair in (planar, backwards):
        expected = decibels(float(np.mean((pair.output.astype(float) - pair.target) ** 2)))
        assert psnr(pair) == pytest.approx(expected, abs=1e-12)
