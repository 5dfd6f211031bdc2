"""SR-SIM, with and without colour: PIQ, the definition step by step, and where that is undefined."""

import numpy as np
import piq
import pytest

from iqabench.images import Pair
from iqabench.images.imresize import imresize
from iqabench.metrics.full_reference.sr_sim import sr_sim
from iqabench.metrics.full_reference.sr_simc import sr_simc
from iqabench.metrics.shared.downsampling import factor
from iqabench.metrics.shared.spectral_residual import spectral_residual

from .damage import IDS, PAIRS, Pixels, damaged, photographs, tensors
from .matlab import mixed
from .matlab_maps import SIZES, Plane, alike, opposed, photograph, scharr, shrunk, tinted

LUMA = (0.299, 0.587, 0.114)


def saliency(plane: Plane) -> Plane:
    """The authors' spectralResidueSaliency."""
    spectrum = np.fft.fft2(imresize(plane, 0.25))
    logarithm, phase = np.log(np.abs(spectrum)), np.angle(spectrum)
    framed = np.pad(logarithm, 1, mode="edge")
    height, width = logarithm.shape
    mean = sum(framed[y : y + height, x : x + width] for y in range(3) for x in range(3)) / 9
    found = np.abs(np.fft.ifft2(np.exp(logarithm - mean + 1j * phase))) ** 2
    taps = np.exp(-((np.arange(10) - 4.5) ** 2) / (2 * 3.8**2))
    taps /= taps.sum()
    framed = np.pad(found, ((4, 5), (4, 5)))
    blurred = np.zeros_like(found)
    for y in range(10):
        for x in range(10):
            blurred += taps[y] * taps[x] * framed[y : y + height, x : x + width]
    scaled = (blurred - blurred.min()) / (blurred.max() - blurred.min())
    large = imresize(scaled, (plane.shape[0] / height, plane.shape[1] / width))
    return np.asarray(large[: plane.shape[0], : plane.shape[1]], np.float64)


def reference(output: Pixels, target: Pixels) -> tuple[float, float]:
    """SR-SIM, and with the factor of FSIMc."""
    spaces = [LUMA, (0.596, -0.274, -0.322), (0.211, -0.523, 0.312)]
    luma, i, q = ([shrunk(mixed(image, *w)) for image in (output, target)] for w in spaces)
    salient = [saliency(plane) for plane in luma]
    weight = np.maximum(*salient)
    similarity = alike(salient, 0.4) * alike([scharr(plane) for plane in luma], 225) ** 0.5
    colour = ((alike(i, 200) * alike(q, 200)).astype(complex) ** 0.03).real
    total = weight.sum()
    return float((similarity * weight).sum() / total), float(
        (similarity * colour * weight).sum() / total
    )


def of_piq(output: Pixels, target: Pixels, *, colour: bool = False) -> float:
    return float(piq.srsim(*tensors(output, target), data_range=255.0, chromatic=colour))


@pytest.mark.parametrize(("output", "target"), PAIRS, ids=IDS)
def test_photographs_equal_the_authors_algorithm(output: Pixels, target: Pixels) -> None:
    pair = Pair(output, target)
    assert (sr_sim(pair), sr_simc(pair)) == pytest.approx(reference(output, target), abs=1e-9)


@pytest.mark.parametrize("size", SIZES)
def test_sizes_equal_the_authors_algorithm(size: tuple[int, int]) -> None:
    target = photograph(*size, which=1)
    output = dict(damaged(target))["x4"]
    pair = Pair(output, target)
    assert (sr_sim(pair), sr_simc(pair)) == pytest.approx(reference(output, target), abs=1e-9)


@pytest.mark.parametrize(("output", "target"), PAIRS, ids=IDS)
def test_photographs_equal_piq(output: Pixels, target: Pixels) -> None:
    assert sr_sim(Pair(output, target)) == pytest.approx(of_piq(output, target), rel=1e-6)


@pytest.mark.parametrize("size", [size for size in SIZES if size[0] != 640])
def test_sizes_equal_piq(size: tuple[int, int]) -> None:
    target = photograph(*size, which=2)
    for name in ("blur", "jpeg"):
        output = dict(damaged(target))[name]
        assert sr_sim(Pair(output, target)) == pytest.approx(of_piq(output, target), rel=1e-6)


def test_half_a_pixel_more_is_one_more() -> None:
    """MATLAB rounds 2.5 to 3; PIQ, after Python, to 2."""
    sides = [1, 255, 383, 384, 639, 640, 895, 896]
    assert [factor(side, 2000) for side in sides] == [1, 1, 1, 2, 2, 3, 3, 4]
    assert factor(2000, 640) == 3


def test_colour_equals_piq_where_chrominance_is_not_opposed() -> None:
    target = photographs()[0]
    output = tinted(target)
    expected = of_piq(output, target, colour=True)
    assert sr_simc(Pair(output, target)) == pytest.approx(expected, rel=1e-4)
    assert sr_simc(Pair(output, target)) < sr_sim(Pair(output, target))


def test_colour_takes_the_real_part_as_fsimc_does() -> None:
    output, target = opposed()
    assert sr_simc(Pair(output, target)) < 0.997 * of_piq(output, target, colour=True)


def test_grey_has_no_chrominance() -> None:
    target = photographs()[1][:, :, :1]
    pair = Pair(np.asarray(255 - target, np.uint8), target)
    assert sr_simc(pair) == sr_sim(pair) < 1


def test_a_mark_in_a_texture_is_salient() -> None:
    plane = np.random.default_rng(0).normal(100, 2, (200, 240))
    plane[80:96, 150:166] += 60
    row, column = np.unravel_index(spectral_residual(plane).argmax(), plane.shape)
    assert 76 <= row < 100
    assert 146 <= column < 170


def test_flat_images_have_no_saliency() -> None:
    """A plain mean, in which the dark beyond the border makes a gradient."""
    dark, light = np.full((64, 70, 1), 10, np.uint8), np.full((64, 70, 1), 200, np.uint8)
    planes = [mixed(image, *LUMA) for image in (dark, light)]
    assert not any(spectral_residual(plane).any() for plane in planes)
    expected = np.sqrt(alike([scharr(plane) for plane in planes], 225)).mean()
    assert sr_sim(Pair(dark, light)) == pytest.approx(expected, abs=1e-9)


def test_frequencies_that_an_image_lacks_add_no_noise() -> None:
    """Stripes leave most of the spectrum empty but for rounding, which must not be blown up."""
    stripes = np.tile(np.arange(96) % 12 * 20.0, (81, 1))
    found = spectral_residual(stripes)
    assert np.abs(found - spectral_residual(stripes * (1 + 1e-14))).max() < 1e-9


def test_luminance_is_what_counts() -> None:
    target = photographs()[1]
    output = dict(damaged(target))["x4"]
    one, other = (shrunk(mixed(image, *LUMA))[:, :, None] for image in (output, target))
    assert sr_sim(Pair(one, other)) == pytest.approx(sr_sim(Pair(output, target)), abs=1e-9)
