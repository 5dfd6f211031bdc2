"""Gaussian noise: the frozen stream, its order and its size."""

from typing import Any

import numpy as np
import pytest

from iqabench.degradations.noise import noise
from iqabench.errors import UsageError


def test_first_numbers_of_the_frozen_stream() -> None:
    """RandomState(0) begins 1.764052, 0.400157, 0.978738, 2.240893 on every machine."""
    grey = np.full((2, 2, 1), 100, np.uint8)
    drawn = (noise(grey, sigma=25) - 100.0).ravel() / 25.0
    assert drawn == pytest.approx(
        [1.764052345967664, 0.4001572083672233, 0.9787379841057392, 2.240893199201458], abs=1e-12
    )


def test_channels_come_last_in_the_stream() -> None:
    colour = np.zeros((1, 2, 3), np.uint8)
    first_pixel = noise(colour, sigma=1)[0, 0]
    assert first_pixel == pytest.approx([1.764052, 0.400157, 0.978738], abs=1e-6)


def test_what_the_test_scripts_of_the_field_compute() -> None:
    """Single precision in units of 0..1, then seed 0 and numpy.random.normal."""
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    single = (image / 255.0).astype(np.float32)
    np.random.seed(0)
    single += np.random.normal(0, 50 / 255.0, single.shape)
    assert noise(image, sigma=50) / 255.0 == pytest.approx(single, abs=2e-7)


def test_neither_clipped_nor_rounded_and_of_the_right_size() -> None:
    black = np.zeros((256, 256, 3), np.uint8)
    noisy = noise(black, sigma=25)
    assert noisy.dtype == np.float64
    assert noisy.min() < -90
    assert noisy.std() == pytest.approx(25, rel=0.01)
    assert abs(noisy.mean()) < 0.2
    assert not np.array_equal(noisy, np.round(noisy))


def test_the_seed_decides_and_the_global_generator_is_left_alone() -> None:
    image = np.full((4, 4, 1), 9, np.uint8)
    np.random.seed(3)
    expected = np.random.RandomState(3).normal()
    assert np.array_equal(noise(image, sigma=15), noise(image, sigma=15))
    assert not np.array_equal(noise(image, sigma=15), noise(image, sigma=15, seed=1))
    assert np.random.normal() == expected
    assert np.array_equal(noise(image.astype(np.float32), sigma=15), noise(image, sigma=15))


def test_none_at_zero() -> None:
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert np.array_equal(noise(image, sigma=0), image)


@pytest.mark.parametrize("sigma", [-1.0, float("nan"), float("inf")])
def test_bad_sigma_is_explained(sigma: float) -> None:
    with pytest.raises(UsageError, match="expected 0 or more"):
        noise(np.zeros((2, 2, 1), np.uint8), sigma=sigma)


def plain_loop(images: list[np.ndarray], sigma: float) -> list[np.ndarray]:
    """Return noisy images as PromptIR's program makes them, one after the other."""
    np.random.seed(0)
    return [np.clip(i + np.random.randn(*i.shape) * sigma, 0, 255).astype(np.uint8) for i in images]


def test_noise_drawn_in_order_is_that_of_a_plain_loop() -> None:
    rng = np.random.default_rng(1)
    sizes = [(33, 47, 3), (20, 21, 1), (64, 48, 3)]
    images = [rng.integers(0, 256, size, dtype=np.uint8) for size in sizes]
    skips = np.cumsum([0, *(i.size for i in images[:-1])]).tolist()
    expected = plain_loop(images, 25)
    for at in (2, 0, 1, 2):  # any order, with and without known states of the generator
        noisy = noise(images[at], sigma=25, recipe="truncated-in-order", skip=skips[at])
        assert noisy.dtype == np.uint8
        assert np.array_equal(noisy, expected[at])


@pytest.mark.parametrize(("recipe", "raised"), [("rounded", 0.5), ("truncated", 0.0)])
def test_stored_noise_is_clipped_and_rounded_or_cut_off(recipe: str, raised: float) -> None:
    image = np.random.default_rng(2).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    np.random.seed(0)
    values = image + np.random.randn(*image.shape) * 50
    expected = np.floor(np.clip(values, 0, 255) + raised).astype(np.uint8)
    assert np.array_equal(noise(image, sigma=50, recipe=recipe), expected)


def test_the_float_recipe_is_numpys_normal_to_the_bit() -> None:
    image = np.random.default_rng(3).integers(0, 256, (9, 8, 3), dtype=np.uint8)
    expected = image + 255.0 * np.random.RandomState(7).normal(0, 25 / 255, image.shape)
    assert np.array_equal(noise(image, sigma=25, seed=7), expected)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"recipe": "cut"}, "expected float, rounded, truncated, truncated-in-order"),
        ({"skip": -1}, "expected 0 or more values"),
    ],
)
def test_bad_recipes_are_explained(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        noise(np.zeros((2, 2, 1), np.uint8), sigma=25, **keywords)
