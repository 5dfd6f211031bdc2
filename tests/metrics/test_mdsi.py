"""MDSI against its definition and, where both round alike, piq."""

import cv2
import numpy as np
import piq
import pytest

from iqabench.images import Pair
from iqabench.metrics.full_reference.mdsi import mdsi

from .damage import IDS, PAIRS, Pixels, Plane, photographs, tensors
from .matlab import conv2_same, mixed, prewitt, similar


def similarities(output: Pixels, target: Pixels) -> Plane:
    side = max(1, int(np.floor(min(target.shape[:2]) / 256 + 0.5)))

    def part(image: Pixels, *weights: float) -> Plane:
        mean = np.full((side, side), 1 / side**2)
        return conv2_same(mixed(image, *weights), mean)[::side, ::side]

    r, d = (part(image, 0.2989, 0.587, 0.114) for image in (target, output))
    (h1, h2), (m1, m2) = (
        [part(image, *weights) for image in (target, output)]
        for weights in ((0.3, 0.04, -0.35), (0.34, -0.6, 0.17))
    )
    fused = prewitt((r + d) / 2)
    r, d = prewitt(r), prewitt(d)
    structure = similar(r, d, 140) + similar(d, fused, 55) - similar(r, fused, 55)
    colour = (2 * (h1 * h2 + m1 * m2) + 550) / (h1**2 + h2**2 + m1**2 + m2**2 + 550)
    return np.asarray(0.6 * structure + 0.4 * colour)


def reference(output: Pixels, target: Pixels) -> float:
    """As the authors' MATLAB, complex roots included."""
    roots = similarities(output, target).astype(complex) ** 0.25
    return float(np.abs(roots - roots.mean()).mean() ** 0.25)


def enlarged(image: Pixels, height: int, width: int) -> Pixels:
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.mark.parametrize(("output", "target"), PAIRS, ids=IDS)
def test_it_equals_its_definition_and_piq(output: Pixels, target: Pixels) -> None:
    ours = mdsi(Pair(output, target))
    assert ours == pytest.approx(reference(output, target), rel=1e-6)
    theirs = float(piq.mdsi(*tensors(output, target), data_range=255.0))
    assert ours == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize(
    "shape",
    [
        (384, 401),
        (385, 611),
        (639, 700),
        (641, 643),
        (767, 768),
        (769, 770),
        (900, 905),
        (903, 1100),
    ],
)
def test_larger_images_are_made_smaller(shape: tuple[int, int]) -> None:
    """By 2, 3 and 4; the last block ends within the image, with it or beyond."""
    target = enlarged(photographs()[3], *shape)
    output = np.asarray(cv2.GaussianBlur(target, (0, 0), 2), np.uint8)
    ours = mdsi(Pair(output, target))
    assert ours == pytest.approx(reference(output, target), rel=1e-6)
    theirs = float(piq.mdsi(*tensors(output, target), data_range=255.0))
    assert ours == pytest.approx(theirs, rel=1e-6)


def test_half_is_rounded_up() -> None:
    """640 / 256 = 2.5: by 3, as MATLAB's round has it; Python's gives 2."""
    target = enlarged(photographs()[3], 640, 650)
    output = np.asarray(cv2.GaussianBlur(target, (0, 0), 2), np.uint8)
    ours = mdsi(Pair(output, target))
    assert ours == pytest.approx(reference(output, target), rel=1e-6)
    theirs = float(piq.mdsi(*tensors(output, target), data_range=255.0))
    assert abs(ours - theirs) > 1e-3


def test_sums_below_zero_have_complex_roots() -> None:
    """Nothing is left of strong edges."""
    target, output = np.full((2, 60, 70, 3), 128, np.uint8)
    target[::8, :, :2] = target[1::8, :, :2] = 255
    target[:, 30:] //= 4
    assert similarities(output, target).min() < 0 < similarities(output, target).max()
    ours = mdsi(Pair(output, target))
    assert ours == pytest.approx(reference(output, target), rel=1e-6)
    theirs = float(piq.mdsi(*tensors(output, target), data_range=255.0))
    assert ours == pytest.approx(theirs, rel=1e-6)


def test_grey_stands_for_three_channels() -> None:
    target = photographs()[0][:, :, 1:2]
    output = np.asarray(cv2.GaussianBlur(target, (0, 0), 1), np.uint8)[:, :, None]
    assert mdsi(Pair(output, target)) == pytest.approx(reference(output, target), rel=1e-6)


def test_nearly_identical_images() -> None:
    target = photographs()[0]
    output = target.copy()
    output[100, 100, 1] ^= 1
    assert mdsi(Pair(output, target)) == pytest.approx(reference(output, target), rel=1e-4)
