"""DSS against its definition and piq."""

import numpy as np
import piq
import pytest
from scipy.fft import dctn
from scipy.ndimage import convolve

from iqabench.images import Pair
from iqabench.metrics.full_reference.dss import dss

from .damage import IDS, PAIRS, Pixels, Plane, photographs, tensors
from .matlab import mixed


def worst(similarity: Plane) -> float:
    count = int(np.floor(0.05 * similarity.size + 0.5))
    return float(np.sort(similarity, axis=None)[:count].mean())


def of_subband(x: Plane, y: Plane, c: float, correlated: bool) -> float:
    taps = np.exp(-(np.arange(-1, 2) ** 2) / 4.5)
    kernel = np.outer(taps, taps) / taps.sum() ** 2

    def mean(plane: Plane) -> Plane:
        return np.asarray(convolve(plane, kernel, mode="constant"))

    vx, vy = ((mean(p * p) - mean(p) ** 2).clip(0) for p in (x, y))
    product = np.sqrt(vx * vy)
    value = worst((2 * product + c) / (vx + vy + c))
    if correlated:
        value *= worst((mean(x * y) - mean(x) * mean(y) + c) / (product + c))
    return value


def reference(output: Pixels, target: Pixels) -> float:
    """As the authors' MATLAB, block by block."""
    x, y = (mixed(image, 0.299, 0.587, 0.114) for image in (output, target))
    height, width = (side // 8 * 8 for side in x.shape)
    for plane in (x, y):
        for row in range(0, height, 8):
            for column in range(0, width, 8):
                block = plane[row : row + 8, column : column + 8]
                block[...] = dctn(block, norm="ortho")
    total = weights = 0.0
    for m in range(8):
        for n in range(8):
            weight = np.exp(-((m + 0.5) ** 2 + (n + 0.5) ** 2) / (2 * 1.55**2))
            if weight >= 0.01:
                a, b = (plane[m:height:8, n:width:8] for plane in (x, y))
                first = m + n == 0
                total += weight * of_subband(a, b, 1000 if first else 300, first)
                weights += weight
    return total / weights


@pytest.mark.parametrize(("output", "target"), PAIRS, ids=IDS)
def test_it_equals_its_definition_and_piq(output: Pixels, target: Pixels) -> None:
    ours = dss(Pair(output, target))
    assert ours == pytest.approx(reference(output, target), abs=1e-6)
    theirs = float(piq.dss(*tensors(output, target), data_range=255.0))
    assert ours == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("shape", [(32, 32), (39, 47), (40, 81)])
def test_small_images(shape: tuple[int, int]) -> None:
    """5 % of 16, 20 and 50 blocks are 1, 1 and 3; piq takes 2 of 50."""
    output, target = np.random.default_rng(0).integers(0, 256, (2, *shape, 3), dtype=np.uint8)
    assert dss(Pair(output, target)) == pytest.approx(reference(output, target), rel=1e-6)


def test_half_is_rounded_up() -> None:
    output, target = (image[100:140, 100:180] for image in PAIRS[0])
    ours = dss(Pair(output, target))
    assert ours == pytest.approx(reference(output, target), rel=1e-6)
    assert abs(ours - float(piq.dss(*tensors(output, target), data_range=255.0))) > 1e-3


def test_nearly_identical_images() -> None:
    target = photographs()[0]
    output = target.copy()
    output[100:110, 100:110] ^= 1
    lost = 1 - dss(Pair(output, target))
    assert 0 < lost == pytest.approx(1 - reference(output, target), rel=1e-4)
