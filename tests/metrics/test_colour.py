"""CIEDE2000, SAM and ERGAS: against published pairs and independent implementations, and by hand."""

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np
import pytest
import torch
from skimage.color import deltaE_ciede2000, rgb2lab
from torchmetrics.functional.image import (
    error_relative_global_dimensionless_synthesis,
    spectral_angle_mapper,
)

from iqabench.images import Pair
from iqabench.metrics.full_reference.ciede2000 import ciede2000
from iqabench.metrics.of_bands.ergas import ergas
from iqabench.metrics.of_bands.sam import sam
from iqabench.metrics.shared.cielab import Lab, difference, lab

from .damage import DAMAGES, USUAL, Pixels, photographs

of_skimage: Callable[..., Any] = deltaE_ciede2000
each_kind = pytest.mark.parametrize("kind", [DAMAGES[name] for name in USUAL], ids=USUAL)


def colour(*values: float) -> Pixels:
    return np.full((4, 5, len(values)), values, np.uint8)


def batch(image: Pixels) -> torch.Tensor:
    return torch.from_numpy(image.transpose(2, 0, 1).astype(np.float64))[None]


SHARMA = np.array(
    # L, a, b of one colour, of the other, and their difference: Table 1 of Sharma et al., 2005.
    [
        [50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425],
        [50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615],
        [50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412],
        [50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000],
        [50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000],
        [50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000],
        [50, 0, 0, 50, -1, 2, 2.3669],
        [50, -1, 2, 50, 0, 0, 2.3669],
        [50, 2.4900, -0.0010, 50, -2.4900, 0.0009, 7.1792],
        [50, 2.4900, -0.0010, 50, -2.4900, 0.0010, 7.1792],
        [50, 2.4900, -0.0010, 50, -2.4900, 0.0011, 7.2195],
        [50, 2.4900, -0.0010, 50, -2.4900, 0.0012, 7.2195],
        [50, -0.0010, 2.4900, 50, 0.0009, -2.4900, 4.8045],
        [50, -0.0010, 2.4900, 50, 0.0010, -2.4900, 4.8045],
        [50, -0.0010, 2.4900, 50, 0.0011, -2.4900, 4.7461],
        [50, 2.5, 0, 50, 0, -2.5, 4.3065],
        [50, 2.5, 0, 73, 25, -18, 27.1492],
        [50, 2.5, 0, 61, -5, 29, 22.8977],
        [50, 2.5, 0, 56, -27, -3, 31.9030],
        [50, 2.5, 0, 58, 24, 15, 19.4535],
        [50, 2.5, 0, 50, 3.1736, 0.5854, 1.0000],
        [50, 2.5, 0, 50, 3.2972, 0, 1.0000],
        [50, 2.5, 0, 50, 1.8634, 0.5757, 1.0000],
        [50, 2.5, 0, 50, 3.2592, 0.3350, 1.0000],
        [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
        [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630],
        [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
        [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
        [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
        [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
        [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
        [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
        [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
        [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
    ]
).T


def test_ciede2000_of_the_published_pairs() -> None:
    one, other = Lab(*SHARMA[:3]), Lab(*SHARMA[3:6])
    assert difference(one, other) == pytest.approx(SHARMA[6], abs=5.1e-5)
    assert difference(other, one) == pytest.approx(SHARMA[6], abs=5.1e-5)


@each_kind
def test_ciede2000_equals_scikit_image(kind: Callable[[Pixels], Pixels]) -> None:
    for target in photographs():
        output = kind(target)
        expected = of_skimage(rgb2lab(target), rgb2lab(output)).mean()
        assert ciede2000(Pair(output, target)) == pytest.approx(expected, rel=1e-5)


def test_lab_equals_scikit_image() -> None:
    """Which rounds the constants of the straight part near black."""
    for target in photographs():
        ours, theirs = np.dstack(lab(target)), rgb2lab(target)
        assert np.abs(ours - theirs).max() < 3e-4
        bright = target.min(axis=2) > 30
        assert np.abs(ours - theirs)[bright].max() < 1e-9


@each_kind
def test_the_difference_equals_scikit_image_on_the_same_lab(
    kind: Callable[[Pixels], Pixels],
) -> None:
    for target in photographs():
        one, other = lab(target), lab(kind(target))
        expected = of_skimage(np.dstack(one), np.dstack(other)).mean()
        assert difference(one, other).mean() == pytest.approx(expected, rel=1e-7)


def test_ciede2000_by_hand() -> None:
    assert ciede2000(Pair(colour(0, 0, 0), colour(255, 255, 255))) == pytest.approx(100, abs=1e-4)
    grey = ((119 / 255 + 0.055) / 1.055) ** 2.4
    light = 116 * grey ** (1 / 3) - 16
    middle = light / 2 - 50
    expected = light / (1 + 0.015 * middle**2 / (20 + middle**2) ** 0.5)
    assert ciede2000(Pair(colour(119), colour(0))) == pytest.approx(expected, rel=1e-6)


def test_lab_of_floats_equals_lab_of_bytes() -> None:
    image = photographs()[0]
    for ours, theirs in zip(lab(image), lab(image.astype(np.float32)), strict=True):
        assert np.allclose(ours, theirs, rtol=1e-12, atol=1e-12)


@each_kind
def test_sam_equals_torchmetrics(kind: Callable[[Pixels], Pixels]) -> None:
    """Which has NaN where a pixel is black."""
    for target in photographs():
        cut = np.maximum(target, 1)
        output = np.maximum(kind(cut), 1)
        expected = np.degrees(float(spectral_angle_mapper(batch(output), batch(cut))))
        assert sam(Pair(output, cut)) == pytest.approx(expected, rel=1e-6)


def test_sam_by_hand() -> None:
    assert sam(Pair(colour(9, 0, 0), colour(0, 200, 0))) == pytest.approx(90, rel=1e-12)
    assert sam(Pair(colour(7, 7, 0), colour(100, 0, 0))) == pytest.approx(45, rel=1e-12)
    assert sam(Pair(colour(50, 100, 20), colour(100, 200, 40))) == 0
    small = np.degrees(np.arcsin(255 / (2 * 255**2 + 254**2) ** 0.5 / (3 * 255**2) ** 0.5 * 2**0.5))
    assert sam(Pair(colour(255, 255, 254), colour(255, 255, 255))) == pytest.approx(small, rel=1e-9)


def test_sam_leaves_black_pixels_out() -> None:
    output, target = colour(7, 7, 0).copy(), colour(100, 0, 0).copy()
    output[0], target[1, :2] = 0, 0
    assert sam(Pair(output, target)) == pytest.approx(45, rel=1e-12)
    assert sam(Pair(colour(0, 0, 0), target)) == 90
    assert sam(Pair(colour(0, 0, 0), colour(0, 0, 0))) == 0


def test_sam_is_blind_to_grey() -> None:
    assert sam(Pair(colour(9), colour(200))) == 0
    assert sam(Pair(colour(9, 9, 9), colour(200, 200, 200))) == 0


@each_kind
def test_ergas_equals_torchmetrics(kind: Callable[[Pixels], Pixels]) -> None:
    for target in photographs():
        output = kind(target)
        expected = error_relative_global_dimensionless_synthesis(
            batch(output), batch(target), ratio=1
        )
        assert ergas(Pair(output, target)) == pytest.approx(float(expected), rel=1e-6)


def test_ergas_by_hand() -> None:
    """Errors of 10 %, 20 % and 40 %: 100 sqrt((0.01 + 0.04 + 0.16) / 3)."""
    pair = Pair(colour(110, 80, 70), colour(100, 100, 50))
    assert ergas(pair) == pytest.approx(100 * 0.07**0.5, rel=1e-12)


def test_ergas_of_a_missing_channel() -> None:
    assert ergas(Pair(colour(110, 80, 1), colour(100, 80, 0))) == inf
    assert ergas(Pair(colour(110, 80, 0), colour(100, 80, 0))) == pytest.approx(
        100 * (0.01 / 3) ** 0.5, rel=1e-12
    )
