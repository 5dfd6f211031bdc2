"""NLPD: against a slow reference written as the paper has it, and by hand."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import convolve2d

from iqabench.images import Pair
from iqabench.metrics.full_reference.nlpd import nlpd

from .damage import DAMAGES, USUAL, Pixels, luminance, photographs

Plane = NDArray[np.float64]

SIGMAS = (0.0248, 0.0185, 0.0179, 0.0191, 0.0220, 0.2782)
CROSSES = (  # above, left, right and below the centre of the kernel
    (0.1011, 0.1493, 0.1460, 0.1015),
    (0.0757, 0.1986, 0.1846, 0.0837),
    (0.0477, 0.2138, 0.2243, 0.0467),
    (0, 0.2503, 0.2616, 0),
    (0, 0.2598, 0.2552, 0),
    (0, 0.2215, 0.0717, 0),
)
TAPS = np.array([0.05, 0.25, 0.4, 0.25, 0.05])


def kernel(level: int) -> Plane:
    weights = np.zeros((5, 5))
    weights[1, 2], weights[2, 1], weights[2, 3], weights[3, 2] = CROSSES[level]
    if level == 0:
        weights[2, 4] = 0.0072
    return weights


def smaller(plane: Plane) -> Plane:
    around = np.pad(plane, 2, mode="symmetric")
    filtered: Plane = convolve2d(around, np.outer(TAPS, TAPS), "valid")[::2, ::2]
    return filtered


def larger(plane: Plane, shape: tuple[int, ...]) -> Plane:
    around = np.pad(plane, 1, mode="edge")
    apart = np.zeros((2 * around.shape[0], 2 * around.shape[1]))
    apart[::2, ::2] = 4 * around
    filtered = convolve2d(apart, np.outer(TAPS, TAPS), "same")
    inner: Plane = filtered[2 : 2 + shape[0], 2 : 2 + shape[1]]
    return inner


def pyramid(plane: Plane) -> list[Plane]:
    bands = []
    for _ in range(5):
        coarse = smaller(plane)
        bands.append(plane - larger(coarse, plane.shape))
        plane = coarse
    bands.append(plane)
    return [
        band / (SIGMAS[level] + convolve2d(np.abs(band), kernel(level), "same"))
        for level, band in enumerate(bands)
    ]


def reference(output: Plane, target: Plane) -> float:
    levels = zip(pyramid(output / 255), pyramid(target / 255), strict=True)
    return float(np.mean([np.sqrt(np.mean((x - y) ** 2)) for x, y in levels]))


@pytest.mark.parametrize("kind", [DAMAGES[name] for name in USUAL], ids=USUAL)
def test_equals_the_reference(kind: Callable[[Pixels], Pixels]) -> None:
    for target in photographs():
        output = kind(target)
        expected = reference(luminance(output), luminance(target))
        assert nlpd(Pair(output, target)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("shape", [(32, 32), (33, 47), (63, 64), (34, 35), (101, 77)])
def test_every_size_equals_the_reference(shape: tuple[int, int]) -> None:
    target = photographs()[0][: shape[0], : shape[1], :1]
    output = np.roll(target, 3, axis=1)
    expected = reference(*(i[:, :, 0].astype(np.float64) for i in (output, target)))
    assert nlpd(Pair(output, target)) == pytest.approx(expected, rel=1e-7)


def test_a_single_level_of_difference_equals_the_reference() -> None:
    """Rounding is not felt even where hardly anything differs."""
    target = photographs()[0]
    output = target.copy()
    output[100, 100] ^= 1
    expected = reference(luminance(output), luminance(target))
    assert nlpd(Pair(output, target)) == pytest.approx(expected, rel=1e-4)


def test_flat_images_by_hand() -> None:
    """No band but the remainder, one pixel that has no neighbours."""
    pair = Pair(np.full((32, 32, 1), 51, np.uint8), np.full((32, 32, 1), 102, np.uint8))
    assert nlpd(pair) == pytest.approx((0.4 - 0.2) / 0.2782 / 6, rel=1e-5)


def test_weights_have_a_direction() -> None:
    """They lean to one side: mirrored images have another distance."""
    target = photographs()[0]
    output = DAMAGES["blur"](target)
    mirrored = Pair(output[:, ::-1].copy(), target[:, ::-1].copy())
    assert nlpd(mirrored) != pytest.approx(nlpd(Pair(output, target)), rel=1e-5)
