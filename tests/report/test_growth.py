import numpy as np
import pytest

from iqabench.report.data.growth import growth, megapixels_of


def test_a_power_law_is_found() -> None:
    found = growth([1.0, 4.0, 16.0], [3.0, 24.0, 192.0])  # 3 x^1.5
    assert found is not None
    assert (found.factor, found.exponent, found.r2) == pytest.approx((3.0, 1.5, 1.0))
    assert found.sizes == 3


def test_by_hand_where_no_line_meets_all_points() -> None:
    """log2: x 0 1 2, y 0 2 2; slope 1, intercept 1/3; rests -1/3 2/3 -1/3, so R2 = 1 - (6/9) / (8/3)."""
    found = growth([1.0, 2.0, 4.0], [1.0, 4.0, 4.0])
    assert found is not None
    assert (found.factor, found.exponent, found.r2) == pytest.approx((2 ** (1 / 3), 1.0, 0.75))


def test_a_noisy_one_is_about_right() -> None:
    random = np.random.default_rng(1)
    sizes = np.geomspace(0.004, 4.0, 30)
    costs = 12.0 * sizes**1.1 * np.exp(random.normal(0, 0.05, 30))
    found = growth(sizes.tolist(), costs.tolist())
    assert found is not None
    assert found.exponent == pytest.approx(1.1, abs=0.02)
    assert found.factor == pytest.approx(12.0, rel=0.04)
    assert 0.99 < found.r2 < 1.0


def test_too_few_sizes_say_nothing() -> None:
    assert growth([1.0, 4.0], [1.0, 2.0]) is None
    assert growth([1.0, 1.0, 4.0], [1.0, 1.1, 2.0]) is None
    assert growth([1.0, 2.0, 4.0], [0.0, 1.0, 2.0]) is None


@pytest.mark.parametrize(
    ("size", "megapixels"),
    [
        ("3x256x512", 0.131072),
        ("8x3x100x100", 0.08),
        ("to1280x720", 0.9216),
        ("2xto1280x720", 1.8432),
    ],
)
def test_pixels_of_a_size(size: str, megapixels: float) -> None:
    assert megapixels_of(size) == pytest.approx(megapixels)


def test_other_words_are_no_size() -> None:
    assert megapixels_of("x4") is None
