"""Luma: by hand, in whole numbers, and against the formula in double precision."""

import numpy as np
import pytest
from numpy.typing import NDArray

from iqabench.images.luma import luma, luma_counts, luma_unit


def pixel(*levels: int) -> NDArray[np.uint8]:
    return np.array([[levels]], np.uint8)


def noisy(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize(
    ("levels", "studio", "full"),
    [
        ((0, 0, 0), 16.0, 0.0),
        ((255, 255, 255), 235.0, 255.0),
        ((255, 0, 0), 81.481, 76.245),
        ((0, 255, 0), 144.553, 149.685),
        ((0, 0, 255), 40.966, 29.07),
        ((51,), 59.8, 51.0),
    ],
)
def test_by_hand(levels: tuple[int, ...], studio: float, full: float) -> None:
    image = pixel(*levels)
    assert luma(image, dtype=np.float64).item() == pytest.approx(studio, abs=1e-13)
    assert luma(image, full=True, dtype=np.float64).item() == pytest.approx(full, abs=1e-13)
    assert luma(image).dtype == np.float32
    assert luma(image).item() == pytest.approx(studio, abs=1e-5)


def test_counts_are_whole_numbers() -> None:
    image = noisy(200, 37, 3)  # taller than a strip
    whole = image.astype(np.int64) @ np.array([299, 587, 114])
    counts = luma_counts(image)
    assert counts.dtype == np.float32
    assert counts.shape == (200, 37, 1)
    assert np.array_equal(counts[:, :, 0], whole)
    assert np.array_equal(luma_counts(image[5:-7, 3:-4]), counts[5:-7, 3:-4])


def test_the_largest_difference_of_counts_is_exact() -> None:
    white, almost = luma_counts(pixel(255, 255, 255)), luma_counts(pixel(255, 255, 254))
    assert (white - almost).item() == 114
    assert white.item() + white.item() < 2**24


@pytest.mark.parametrize("full", [False, True])
def test_counts_times_unit_plus_offset_is_luma(full: bool) -> None:
    image = noisy(40, 30, 3)
    unit, offset = luma_unit(full=full)
    expected = luma_counts(image).astype(np.float64) * unit + offset
    assert luma(image, full=full, dtype=np.float64) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("full", [False, True])
def test_floats_take_the_same_path(channels: int, full: bool) -> None:
    image = noisy(40, 30, channels)
    ours = luma(image.astype(np.float64), full=full, dtype=np.float64)
    assert ours == pytest.approx(luma(image, full=full, dtype=np.float64), abs=1e-12)
    half = luma(image + 0.5, full=full, dtype=np.float64) - ours
    assert half == pytest.approx(0.5 if full else 0.5 * 219 / 255, abs=1e-12)


def test_grey_counts_as_three_equal_channels() -> None:
    grey = noisy(20, 30, 1)
    assert np.array_equal(luma_counts(grey), luma_counts(np.repeat(grey, 3, axis=2)))


def test_an_exact_half_is_known_as_such() -> None:
    """219 counts + 16 * 255,000 falls on a half of 255,000 for 3 of the 255,001 counts."""
    counts = [c for c in range(255_001) if (438 * c) % 510_000 == 255_000]
    assert len(counts) == 3
    for count in counts:
        red, green, blue = next(
            (r, g, (count - 299 * r - 587 * g) // 114)
            for r in range(256)
            for g in range(256)
            if (count - 299 * r - 587 * g) % 114 == 0 and 0 <= count - 299 * r - 587 * g <= 29_070
        )
        assert luma(pixel(red, green, blue), dtype=np.float64).item() % 1 == 0.5
