"""HaarPSI against its definition; and piq, which has other digits in YIQ."""

import numpy as np
import piq
import pytest

from iqabench.images import Pair
from iqabench.metrics.full_reference.haarpsi import haarpsi

from .damage import IDS, PAIRS, Pixels, Plane, photographs, tensors
from .matlab import conv2_same, halved, mixed, similar


def haar(plane: Plane, scale: int, transposed: bool) -> Plane:
    side = 2**scale
    kernel = np.full((side, side), 1 / side)
    kernel[: side // 2] *= -1
    return np.abs(conv2_same(plane, kernel.T if transposed else kernel))


AUTHORS = (0.596, -0.274, -0.322), (0.211, -0.523, 0.312)
PIQ = (0.5959, -0.2746, -0.3213), (0.2115, -0.5227, 0.3112)


def reference(
    output: Pixels, target: Pixels, chroma: tuple[tuple[float, float, float], ...] = AUTHORS
) -> float:
    """As the authors' MATLAB and Python."""

    def both(*weights: float) -> tuple[Plane, Plane]:
        return halved(mixed(output, *weights)), halved(mixed(target, *weights))

    x, y = both(0.299, 0.587, 0.114)
    maps, weights = [], []
    for turned in (False, True):
        fine = [similar(haar(x, scale, turned), haar(y, scale, turned), 30) for scale in (1, 2)]
        maps.append((fine[0] + fine[1]) / 2)
        weights.append(np.maximum(haar(x, 3, turned), haar(y, 3, turned)))
    if chroma:
        box = np.full((2, 2), 0.25)
        means = [[np.abs(conv2_same(plane, box)) for plane in both(*part)] for part in chroma]
        i, q = (similar(a, b, 30) for a, b in means)
        maps.append((i + q) / 2)
        weights.append((weights[0] + weights[1]) / 2)
    mean = np.sum(np.array(weights) / (1 + np.exp(-4.2 * np.array(maps)))) / np.sum(weights)
    return float((np.log(mean / (1 - mean)) / 4.2) ** 2)


@pytest.mark.parametrize(("output", "target"), PAIRS, ids=IDS)
def test_it_equals_its_definition(output: Pixels, target: Pixels) -> None:
    ours = haarpsi(Pair(output, target))
    assert ours == pytest.approx(reference(output, target), rel=1e-6)


@pytest.mark.parametrize(("output", "target"), PAIRS, ids=IDS)
def test_piq_differs_by_its_digits_alone(output: Pixels, target: Pixels) -> None:
    theirs = float(piq.haarpsi(*tensors(output, target), data_range=255.0))
    assert theirs == pytest.approx(reference(output, target, PIQ), rel=1e-9)
    assert theirs == pytest.approx(haarpsi(Pair(output, target)), abs=2e-3)


@pytest.mark.parametrize(("output", "target"), PAIRS[::4], ids=IDS[::4])
def test_one_channel_has_no_chroma(output: Pixels, target: Pixels) -> None:
    output, target = output[:, :, 1:2], target[:, :, 1:2]
    ours = haarpsi(Pair(output, target))
    assert ours == pytest.approx(reference(output, target, ()), rel=1e-6)
    theirs = float(piq.haarpsi(*tensors(output, target), data_range=255.0))
    assert ours == pytest.approx(theirs, rel=1e-6)
    three = Pair(np.repeat(output, 3, axis=2), np.repeat(target, 3, axis=2))
    assert haarpsi(three) == pytest.approx(reference(output, target), rel=1e-6)
    assert haarpsi(three) >= ours


@pytest.mark.parametrize("shape", [(16, 16), (17, 33), (32, 19)])
def test_small_images(shape: tuple[int, int]) -> None:
    output, target = np.random.default_rng(0).integers(0, 256, (2, *shape, 3), dtype=np.uint8)
    assert haarpsi(Pair(output, target)) == pytest.approx(reference(output, target), rel=1e-6)


def test_nearly_identical_images() -> None:
    target = photographs()[0]
    output = target.copy()
    output[100, 100, 1] ^= 1
    lost = 1 - haarpsi(Pair(output, target))
    assert 0 < lost == pytest.approx(1 - reference(output, target), rel=1e-3)
