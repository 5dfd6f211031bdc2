"""VIF: against vifvec written out, the authors' figures, and where its value is known."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import correlate

from iqabench.images import Pair, view
from iqabench.metrics.full_reference.vif import vif
from iqabench.metrics.shared.steerable_pyramid import bands
from iqabench.protocols import protocol

from .damage import DAMAGES, SIZES, USUAL, Pixels, Plane, luminance, photographs

TOLERANCE = 1e-15


def square(half: list[list[float]]) -> Plane:
    """The upper left part mirrored both ways."""
    part = np.array(half)
    return np.block([[part, part[:, -2::-1]], [part[-2::-1], part[-2::-1, -2::-1]]])


LO0 = square(
    [
        [0.00341614, -0.01551246, -0.03848215],
        [-0.01551246, 0.05586982, 0.15925570],
        [-0.03848215, 0.15925570, 0.40304148],
    ]
)
LO = square(
    [
        [0.00170808, -0.00489834, -0.00775624, -0.01888864, -0.01924108],
        [-0.00489834, -0.01046562, -0.01322234, 0.00821200, 0.02005976],
        [-0.00775624, -0.01322234, 0.02793492, 0.06554076, 0.07962786],
        [-0.01888864, 0.00821200, 0.06554076, 0.12852666, 0.16339236],
        [-0.01924108, 0.02005976, 0.07962786, 0.16339236, 0.20193080],
    ]
)
BAND = np.array(
    [
        [0.00277643, 0.00496194, 0.01026699, 0.01455399, 0.01026699, 0.00496194, 0.00277643],
        [-0.00986904, -0.00893064, 0.01189859, 0.02755155, 0.01189859, -0.00893064, -0.00986904],
        [-0.01021852, -0.03075356, -0.08226445, -0.11732297, -0.08226445, -0.03075356, -0.01021852],
        [0, 0, 0, 0, 0, 0, 0],
        [0.01021852, 0.03075356, 0.08226445, 0.11732297, 0.08226445, 0.03075356, 0.01021852],
        [0.00986904, 0.00893064, -0.01189859, -0.02755155, -0.01189859, 0.00893064, 0.00986904],
        [-0.00277643, -0.00496194, -0.01026699, -0.01455399, -0.01026699, -0.00496194, -0.00277643],
    ]
)


def corr_dn(plane: Plane, taps: Plane) -> Plane:
    """corrDn with 'reflect1', which is about the middle of the edge pixel."""
    return np.asarray(correlate(plane, taps, mode="mirror"))


def pyramid(plane: Plane) -> list[tuple[Plane, Plane]]:
    low, levels = corr_dn(plane, LO0), []
    for _ in range(4):
        levels.append((corr_dn(low, BAND.T), corr_dn(low, -BAND)))
        low = corr_dn(low, LO)[::2, ::2]
    return levels


def channel(y: Plane, yn: Plane, size: int) -> tuple[Plane, Plane]:
    """vifsub_est_M: gain and noise of the window around the middle of each block of 3 x 3."""
    window = np.ones((size, size))

    def total(plane: Plane) -> Plane:
        return corr_dn(plane, window)[1::3, 1::3]

    mean_x, mean_y = total(y) / size**2, total(yn) / size**2
    covariance = total(y * yn) - size**2 * mean_x * mean_y
    ss_x = np.maximum(total(y * y) - size**2 * mean_x**2, 0)
    ss_y = np.maximum(total(yn * yn) - size**2 * mean_y**2, 0)
    gain = covariance / (ss_x + TOLERANCE)
    noise = (ss_y - gain * covariance) / size**2
    noise = np.where(ss_x < TOLERANCE, ss_y, noise)
    gain = np.where((ss_x < TOLERANCE) | (ss_y < TOLERANCE), 0, gain)
    noise = np.where(ss_y < TOLERANCE, 0, noise)
    noise = np.where(gain < 0, ss_y, noise)
    return np.maximum(gain, 0), np.maximum(noise, TOLERANCE)


def mixture(y: Plane) -> tuple[Plane, Plane]:
    """refparams_vecgsm: the strength of each block, and the eigenvalues."""
    height, width = y.shape
    every = np.stack(
        [y[k : height - 2 + k, j : width - 2 + j].ravel() for j in range(3) for k in range(3)]
    )
    every -= every.mean(axis=1, keepdims=True)
    spread = every @ every.T / every.shape[1]
    own = np.stack([y[k::3, j::3].ravel() for j in range(3) for k in range(3)])
    strength = (np.linalg.inv(spread) @ own * own).sum(axis=0) / 9
    return strength.reshape(height // 3, width // 3), np.linalg.eigvalsh(spread)


def reference(output: Plane, target: Plane) -> float:
    kept = held = 0.0
    for number, levels in enumerate(zip(pyramid(target), pyramid(output), strict=True)):
        size = 2 ** (4 - number) + 1
        rim = int(np.ceil((size - 1) / 2 / 3))
        inside = slice(rim, -rim), slice(rim, -rim)
        for of_target, of_output in zip(*levels, strict=True):
            height, width = (side // 3 * 3 for side in of_target.shape)
            y, yn = of_target[:height, :width], of_output[:height, :width]
            (gain, noise), (strength, values) = channel(y, yn, size), mixture(y)
            gain, noise, strength = gain[inside], noise[inside], strength[inside]
            for value in values:
                kept += np.log2(1 + gain**2 * strength * value / (noise + 0.4)).sum()
                held += np.log2(1 + strength * value / 0.4).sum()
    return float(kept / held)


@pytest.mark.parametrize("kind", [*USUAL, "stretched"])
def test_photographs_equal_the_definition(kind: str) -> None:
    for number, (height, width) in zip((1, 2, 4), SIZES, strict=False):
        target = np.ascontiguousarray(photographs()[number][: height - 60, : width - 60])
        output = DAMAGES[kind](target)
        expected = reference(luminance(output), luminance(target))
        assert vif(Pair(output, target)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("shape", [(72, 72), (73, 80), (79, 97), (86, 75), (75, 300)])
def test_noise_equals_the_definition(shape: tuple[int, int]) -> None:
    """Where each place has its own value, in double precision."""
    rng = np.random.default_rng(sum(shape))
    target = rng.integers(0, 256, (*shape, 1)).astype(np.float32)
    output = np.clip(target + rng.normal(0, 40, target.shape), 0, 255).astype(np.float32)
    expected = reference(output[:, :, 0].astype(float), target[:, :, 0].astype(float))
    assert vif(Pair(output, target)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("shape", [(72, 72), (73, 75), (101, 98)])
def test_bands_equal_the_definition(shape: tuple[int, int]) -> None:
    plane = np.random.default_rng(0).normal(128, 50, shape)
    for ours, theirs in zip(bands(plane), pyramid(plane), strict=True):
        assert ours.upright == pytest.approx(theirs[0], abs=1e-9)
        assert ours.level == pytest.approx(-theirs[1], abs=1e-9)


def test_rounding_luminance_takes_information() -> None:
    """Why figures for grey images made by rgb2gray lie lower where the output is nearly the target."""
    target = photographs()[0]
    output = np.clip(target + np.random.default_rng(0).normal(0, 1, target.shape), 0, 255)
    output = np.rint(output).astype(np.uint8)
    rounded = view(protocol("rgb2gray"), output, target)
    assert vif(rounded) < vif(Pair(output, target)) - 0.004


def test_flat_parts_hold_nothing() -> None:
    """What the output has there counts neither way, but where a filter reaches into both parts."""
    target = photographs()[0][:160, :160].copy()
    target[:, 60:] = 255
    output = target.copy()
    output[:, 130:] = np.random.default_rng(0).integers(0, 256, (160, 30, 1))
    expected = reference(luminance(output), luminance(target))
    assert vif(Pair(output, target)) == pytest.approx(expected, rel=1e-4)
    assert expected > 0.95


@pytest.mark.parametrize("gain", [1.5, 2.0])
def test_contrast_exceeds_one(gain: float) -> None:
    target = photographs()[0].astype(np.float64) / 4 + 60
    assert 1.05 < vif(Pair((target - 100) * gain + 100, target)) < gain**2


def test_brightness_alone_keeps_everything() -> None:
    target = photographs()[0].astype(np.float64) / 2
    assert vif(Pair(target + 40, target)) == pytest.approx(1, abs=1e-5)


def test_the_negative_keeps_nothing() -> None:
    target = photographs()[0]
    assert vif(Pair(255 - target, target)) < 1e-6


def test_a_flat_target_holds_nothing() -> None:
    flat: Pixels = np.full((80, 90, 1), 200, np.uint8)
    assert vif(Pair(flat // 2, flat)) == 1
    assert vif(Pair(photographs()[0][:80, :90, :1], flat)) == 0


def stripes(height: int, width: int) -> Pixels:
    rows = np.arange(height)[:, None, None] // 4 % 2 * 255
    return np.asarray(np.broadcast_to(rows, (height, width, 3)), np.uint8)


def test_targets_of_few_patterns_have_a_value() -> None:
    """Their covariances have no inverse; the authors' program then divides rounding errors."""
    ramp = np.asarray(np.broadcast_to(np.arange(200)[:, None, None], (200, 200, 3)), np.uint8)
    noise: NDArray[np.uint8] = np.random.default_rng(3).integers(0, 256, ramp.shape, dtype=np.uint8)
    for target in (ramp, stripes(200, 200), ramp // 50 * 50):
        assert vif(Pair(target, target.copy())) == 1
        assert 0 <= vif(Pair(noise, target)) < 0.2
        assert vif(Pair(target // 2, target)) < 1
