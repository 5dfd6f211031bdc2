"""Kernels of blind super-resolution, and families of degradations with hashes."""

import numpy as np
import pytest

from iqabench.degradations.core.specification import specification, specifications
from iqabench.degradations.kernel_blur import gaussian_kernel, kernel_blur
from iqabench.degradations.rounding import rounding
from iqabench.errors import SetError, UnknownNameError, UsageError
from iqabench.sets import set_facts
from iqabench.sets.load import recipes_of


def test_a_kernel_is_normalised_and_has_its_deviations() -> None:
    kernel = gaussian_kernel((1.2, 2.4), theta=0)
    place = np.arange(21) - 10
    assert kernel.shape == (21, 21)
    assert kernel.sum() == pytest.approx(1, abs=1e-12)
    assert (kernel.sum(0) * place**2).sum() == pytest.approx(1.44, abs=1e-3)
    assert (kernel.sum(1) * place**2).sum() == pytest.approx(5.76, abs=2e-2)


def test_a_quarter_turn_swaps_the_axes() -> None:
    assert np.allclose(gaussian_kernel((1, 3), 90), gaussian_kernel((3, 1), 0))
    assert not np.allclose(gaussian_kernel((1, 3), 45), gaussian_kernel((3, 1), 0))


def test_the_shift_moves_the_centre() -> None:
    kernel = gaussian_kernel((2, 2), shift=1.5)
    assert (kernel.sum(0) * (np.arange(21) - 10)).sum() == pytest.approx(1.5, abs=1e-3)


def test_an_isotropic_kernel_is_the_same_by_both_spellings() -> None:
    image = np.arange(3 * 30 * 30).reshape(30, 30, 3) % 251
    image = image.astype(np.uint8)
    one = kernel_blur(image, sigma=2.0)
    assert np.allclose(one, kernel_blur(image, lambda1=2.0, lambda2=2.0, theta=30))
    assert one.dtype == np.float64


@pytest.mark.parametrize(
    "keywords",
    [{"sigma": 1, "lambda1": 2, "lambda2": 2}, {"lambda1": 2}, {"sigma": 1, "size": 4}, {}],
)
def test_kernels_that_mean_nothing_are_refused(keywords: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="kernel_blur was given"):
        kernel_blur(np.zeros((30, 30, 1), np.uint8), **keywords)  # type: ignore[arg-type]


def test_two_bits_leave_four_levels() -> None:
    image = np.arange(256, dtype=np.float64).reshape(16, 16, 1)
    assert sorted(set(rounding(image, bits=2).ravel().tolist())) == [0, 85, 170, 255]


def test_both_readings_of_gaussian8_at_x2_have_names() -> None:
    eight, nine = specification("gaussian8"), specification("gaussian9-from-0.8")
    assert (len(eight.values["x2"]), len(nine.values["x2"])) == (8, 9)
    assert eight.values["x4"] == pytest.approx(np.arange(1.8, 3.3, 0.2))


def test_every_degradation_has_a_hash_of_its_own_which_stays() -> None:
    recipes = recipes_of(set_facts("set5-gaussian8"), "x4")
    by_stride = recipes_of(set_facts("set5-gaussian8-stride"), "x4")
    hashes = [recipe.hash for recipe in (*recipes.values(), *by_stride.values())]
    assert len(set(hashes)) == 16
    assert recipes["_sigma1.8"].hash == "5e756ce216d8"


def test_what_is_not_specified_is_told() -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean 'gaussian8'"):
        specification("gaussian")
    with pytest.raises(SetError, match=r"have no values at x8; they have x2, x3, x4"):
        specifications()["gaussian8"].chains("x8")
