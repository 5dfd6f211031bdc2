"""CW-SSIM: against buildSCFpyr and cwssim_index written out, the authors' figures, and where it is known."""

from math import factorial

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import convolve2d

from iqabench.images import Pair
from iqabench.metrics.full_reference.cw_ssim import cw_ssim
from iqabench.metrics.shared.complex_steerable_pyramid import complex_bands

from .damage import DAMAGES, USUAL, Pixels, Plane, luminance, pairs, photographs

Complex = NDArray[np.complex128]
LEVEL, BANDS = 4, 8


def table(values: Plane, x: Plane, y: Plane) -> Plane:
    """Linear between the places of a table, as pointOp has it."""
    return np.asarray(np.interp(values.ravel(), x, y).reshape(values.shape))


def middle(size: int) -> slice:
    """The part of a shifted spectrum that the next level keeps."""
    centre = int(np.ceil((size + 0.5) / 2))
    low = int(np.ceil((size - 0.5) / 2))
    start = centre - int(np.ceil((low + 0.5) / 2))
    return slice(start, start + low)


def pyramid(image: Plane, levels: int, orientations: int) -> Complex:
    """The bands of the last level of buildSCFpyr, level by level, zero frequency in the middle."""
    height, width = image.shape
    centre = [int(np.ceil((side + 0.5) / 2)) - 1 for side in image.shape]
    x, y = np.meshgrid(
        (np.arange(width) - centre[1]) / (width / 2), (np.arange(height) - centre[0]) / (height / 2)
    )
    angle, radius = np.arctan2(y, x), np.hypot(y, x)
    radius[centre[0], centre[1]] = radius[centre[0], centre[1] - 1]
    radius = np.log2(radius)
    turns = np.pi * np.arange(-257, 2) / 512
    rise = np.cos(turns) ** 2
    rise[0], rise[-1] = rise[1], rise[-2]
    rise = np.sqrt(rise)
    fall = np.sqrt(1 - rise**2)
    octaves = -0.5 + 2 / np.pi * (turns + np.pi / 4)
    spectrum = np.fft.fftshift(np.fft.fft2(image)) * table(radius, octaves, fall)
    order = orientations - 1
    angles = np.pi * np.arange(-2049, 1026) / 1024
    scale = 2 ** (2 * order) * factorial(order) ** 2 / (orientations * factorial(2 * order))
    lobe = 2 * np.sqrt(scale) * np.cos(angles) ** order
    lobe *= np.abs((np.pi + angles) % (2 * np.pi) - np.pi) < np.pi / 2
    for _ in range(levels):
        octaves = octaves - 1
        bands = []
        for number in range(orientations):
            mask = table(angle, angles + np.pi * number / orientations, lobe)
            band = (-1j) ** order * spectrum * mask * table(radius, octaves, rise)
            bands.append(np.fft.ifft2(np.fft.ifftshift(band)))
        part = tuple(middle(side) for side in spectrum.shape)
        radius, angle, spectrum = radius[part], angle[part], spectrum[part]
        spectrum = spectrum * table(radius, octaves, fall)
    return np.stack(bands)


def reference(output: Plane, target: Plane) -> float:
    """cwssim_index(output, target, 4, 8, 0, 0)."""
    box = np.ones((7, 7)) / 49
    found = []
    for a, b in zip(pyramid(output, LEVEL, BANDS), pyramid(target, LEVEL, BANDS), strict=True):
        height, width = a.shape
        y, x = np.mgrid[: height - 6, : width - 6]
        y, x = y - (height - 7) / 2, x - (width - 7) / 2
        weights = np.exp(-(x * x + y * y) / (2 * (height / 4) ** 2))
        product = convolve2d(a * b.conj(), box, "valid")
        power = convolve2d(np.abs(a) ** 2 + np.abs(b) ** 2, box, "valid")
        found.append((2 * np.abs(product) / power * weights).sum() / weights.sum())
    return float(np.mean(found))


@pytest.mark.parametrize("kind", USUAL)
def test_photographs_equal_the_definition(kind: str) -> None:
    for output, target in pairs(kind):
        expected = reference(luminance(output), luminance(target))
        assert cw_ssim(Pair(output, target)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("shape", [(64, 64), (65, 70), (67, 90), (81, 66), (130, 127), (64, 300)])
def test_noise_equals_the_definition(shape: tuple[int, int]) -> None:
    """Of every size modulo 8 something, and where no window is like another."""
    rng = np.random.default_rng(sum(shape))
    target = rng.integers(0, 256, (*shape, 1)).astype(np.float64)
    output = (target + rng.normal(0, 80, target.shape)).clip(0, 255)
    expected = reference(output[:, :, 0], target[:, :, 0])
    assert 0.3 < expected < 0.99
    assert cw_ssim(Pair(output, target)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("level", [1, 2, 4])
@pytest.mark.parametrize("orientations", [5, 16])
def test_bands_of_other_levels(level: int, orientations: int) -> None:
    """Up to the factor that CW-SSIM does not see; tables of 1,024 places a half turn are that coarse."""
    plane = luminance(photographs()[0])[:90, :77]
    expected = pyramid(plane, level, orientations)
    ours = complex_bands(plane, level, orientations)
    factor = np.vdot(ours, expected) / np.vdot(ours, ours)
    assert ours * factor == pytest.approx(expected, abs=2e-4 * np.abs(expected).max())


def test_a_turn_of_phase_is_forgiven() -> None:
    """A shift by one pixel costs little; as much noise of the same error much more."""
    whole = photographs()[4]
    target, output = whole[:200, 1:201], whole[:200, :200]
    error = np.sqrt(np.mean((output.astype(float) - target) ** 2))
    noise = np.random.default_rng(0).normal(0, error, target.shape)
    noisy = np.clip(target + noise, 0, 255)
    shifted = cw_ssim(Pair(output.copy(), target.copy()))
    assert shifted > 0.99
    assert shifted > cw_ssim(Pair(noisy, target.copy()))


def test_neither_brightness_nor_the_sign_matters() -> None:
    """All bands lack zero frequency, and a negative is a common turn of phase by half a circle."""
    target = photographs()[0].astype(np.float64) / 2
    assert cw_ssim(Pair(target + 40, target)) == pytest.approx(1, abs=1e-9)
    assert cw_ssim(Pair(200 - target, target)) == pytest.approx(1, abs=1e-9)


def test_contrast_has_a_known_value() -> None:
    """a times the target gives 2 a / (1 + a^2) everywhere."""
    target = photographs()[0].astype(np.float64)
    for gain in (0.5, 0.9):
        expected = 2 * gain / (1 + gain**2)
        assert cw_ssim(Pair(target * gain, target)) == pytest.approx(expected, abs=1e-7)


def test_flat_images() -> None:
    """Two have the same structure: none. One lacks all of the other's."""
    flat: Pixels = np.full((80, 90, 1), 200, np.uint8)
    assert cw_ssim(Pair(flat // 2, flat)) == pytest.approx(1, abs=1e-12)
    assert cw_ssim(Pair(photographs()[0][:80, :90, :1], flat)) == pytest.approx(0, abs=1e-12)
    assert cw_ssim(Pair(flat, DAMAGES["noise"](flat))) == pytest.approx(0, abs=1e-12)
