"""GMSD against its definition and piq; the multi-scale ones against piq."""

import numpy as np
import piq
import pytest

from iqabench.images import Pair
from iqabench.metrics.full_reference.gmsd import gmsd
from iqabench.metrics.full_reference.ms_gmsd import ms_gmsd
from iqabench.metrics.full_reference.ms_gmsd_c import ms_gmsd_c

from .damage import IDS, PAIRS, Pixels, photographs, tensors
from .matlab import halved, mixed, prewitt, similar


def reference(output: Pixels, target: Pixels) -> float:
    """As the authors' MATLAB: conv2, every second pixel, std2."""
    x, y = (prewitt(halved(mixed(image, 0.299, 0.587, 0.114))) for image in (output, target))
    return float(similar(x, y, 170).std(ddof=1))


@pytest.mark.parametrize(("output", "target"), PAIRS, ids=IDS)
def test_gmsd_equals_its_definition(output: Pixels, target: Pixels) -> None:
    assert gmsd(Pair(output, target)) == pytest.approx(
        reference(output, target), rel=1e-6, abs=1e-8
    )


@pytest.mark.parametrize(("output", "target"), PAIRS, ids=IDS)
def test_piq_divides_by_all_values(output: Pixels, target: Pixels) -> None:
    theirs = float(piq.gmsd(*tensors(output, target), data_range=255.0))
    count = np.prod([(side + 1) // 2 for side in target.shape[:2]])
    assert gmsd(Pair(output, target)) * np.sqrt(1 - 1 / count) == pytest.approx(
        theirs, rel=1e-6, abs=1e-8
    )


@pytest.mark.parametrize(("output", "target"), PAIRS, ids=IDS)
def test_several_scales_equal_piq(output: Pixels, target: Pixels) -> None:
    pair, both = Pair(output, target), tensors(output, target)
    for ours, colour in ((ms_gmsd(pair), False), (ms_gmsd_c(pair), True)):
        theirs = float(piq.multi_scale_gmsd(*both, data_range=255.0, chromatic=colour))
        assert ours == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize("shape", [(3, 3), (4, 7), (9, 5)])
def test_small_images(shape: tuple[int, int]) -> None:
    output, target = np.random.default_rng(0).integers(0, 256, (2, *shape, 3), dtype=np.uint8)
    assert gmsd(Pair(output, target)) == pytest.approx(reference(output, target), rel=1e-6)


@pytest.mark.parametrize("shape", [(17, 17), (18, 35), (33, 20)])
def test_small_images_on_several_scales(shape: tuple[int, int]) -> None:
    output, target = np.random.default_rng(0).integers(0, 256, (2, *shape, 3), dtype=np.uint8)
    for ours, colour in ((ms_gmsd, False), (ms_gmsd_c, True)):
        theirs = piq.multi_scale_gmsd(*tensors(output, target), data_range=255.0, chromatic=colour)
        assert ours(Pair(output, target)) == pytest.approx(float(theirs), rel=1e-6)


def test_nearly_identical_images() -> None:
    """One level in one channel of one pixel: small, and not lost."""
    target = photographs()[0]
    output = target.copy()
    output[100, 100, 1] ^= 1
    value = gmsd(Pair(output, target))
    assert value > 0
    assert value == pytest.approx(reference(output, target), rel=1e-3)


def test_colour_is_seen_by_the_metric_of_colour_alone() -> None:
    """Two colours of one luminance: 29.9 red or 11.4 blue more weigh alike."""
    target = np.full((40, 40, 3), 100.0)
    output = target + np.array([11.4, 0.0, -29.9])
    pair = Pair(output, target)
    assert ms_gmsd(pair) == pytest.approx(0, abs=1e-9)
    i, q = 0.5959 * 11.4 + 0.3213 * 29.9, 0.2115 * 11.4 - 0.3112 * 29.9
    expected = (2 - 2 / 1.32) * 0.01 * np.hypot(i, q)
    assert ms_gmsd_c(pair) == pytest.approx(expected, rel=1e-6)
