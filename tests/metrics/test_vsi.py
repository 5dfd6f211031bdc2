"""VSI: the authors' algorithm step by step in double precision, and PIQ where it agrees."""

import numpy as np
import piq
import pytest

from iqabench.images import Pair
from iqabench.metrics.full_reference.vsi import vsi
from iqabench.metrics.shared.bilinear import resized
from iqabench.metrics.shared.sdsp import sdsp

from .damage import IDS, PAIRS, Pixels, damaged, photographs, tensors
from .matlab import mixed
from .matlab_maps import SIZES, Plane, alike, photograph, scharr, shrunk


def bilinear(length: int, size: int) -> Plane:
    """MATLAB's imresize as a matrix, entry by entry: a triangle, stretched where it shrinks."""
    scale = size / length
    reach = max(1.0, 1 / scale)
    matrix = np.zeros((size, length))
    for row in range(size):
        centre = (row + 0.5) / scale - 0.5
        for column in range(int(centre - reach) - 2, int(centre + reach) + 3):
            weight = max(0.0, 1 - abs(column - centre) / reach)
            mirrored = column if column >= 0 else -1 - column
            mirrored = mirrored if mirrored < length else 2 * length - 1 - mirrored
            if weight:
                matrix[row, mirrored] += weight
        matrix[row] /= matrix[row].sum()
    return matrix


def at_size(plane: Plane, height: int, width: int) -> Plane:
    result = bilinear(plane.shape[0], height) @ plane @ bilinear(plane.shape[1], width).T
    return np.asarray(result, np.float64)


def zero_to_one(plane: Plane) -> Plane:
    return np.asarray((plane - plane.min()) / (plane.max() - plane.min()), np.float64)


def saliency(image: Pixels) -> Plane:
    r, g, b = (at_size(image[:, :, c].astype(np.float64), 256, 256) / 255 for c in range(3))
    r, g, b = (
        np.where(v <= 0.04045, v / 12.92, (abs(v + 0.055) / 1.055) ** 2.4) for v in (r, g, b)
    )
    x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.9642
    y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b
    z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 0.8251
    x, y, z = (np.where(v > 0.008856, np.cbrt(v), (903.3 * v + 16) / 116) for v in (x, y, z))
    lightness, red, yellow = 116 * y - 16, 500 * (x - y), 200 * (y - z)
    u, v = np.meshgrid(np.arange(-128, 128) / 256, np.arange(-128, 128) / 256)
    radius = np.sqrt(u**2 + v**2)
    inside = (radius <= 0.5) & (radius > 0)
    gabor = np.zeros((256, 256))
    gabor[inside] = np.exp(-(np.log(radius[inside] / 0.021) ** 2) / (2 * 1.34**2))
    gabor = np.fft.ifftshift(gabor)
    filtered = (np.fft.ifft2(np.fft.fft2(p) * gabor).real for p in (lightness, red, yellow))
    contrast = np.sqrt(sum(f**2 for f in filtered))
    from_centre = np.add.outer(np.arange(-127.0, 129) ** 2, np.arange(-127.0, 129) ** 2)
    warm = zero_to_one(red) ** 2 + zero_to_one(yellow) ** 2
    full = contrast * np.exp(-from_centre / 145**2) * (1 - np.exp(-warm / 0.001**2))
    return zero_to_one(at_size(full, *image.shape[:2]))


def reference(output: Pixels, target: Pixels) -> float:
    images = (output, target)
    salient = [shrunk(saliency(image)) for image in images]
    spaces = [(0.06, 0.63, 0.27), (0.30, 0.04, -0.35), (0.34, -0.60, 0.17)]
    light, m, n = ([shrunk(mixed(image, *w)) for image in images] for w in spaces)
    colour = ((alike(m, 130) * alike(n, 130)).astype(complex) ** 0.02).real
    gradient = alike([scharr(plane) for plane in light], 386)
    weight = np.maximum(*salient)
    return float((alike(salient, 1.27) * gradient**0.4 * colour * weight).sum() / weight.sum())


@pytest.mark.parametrize(("output", "target"), PAIRS, ids=IDS)
def test_photographs_equal_the_authors_algorithm(output: Pixels, target: Pixels) -> None:
    assert vsi(Pair(output, target)) == pytest.approx(reference(output, target), abs=1e-6)


@pytest.mark.parametrize("size", [(31, 40), (100, 300), (256, 256), *SIZES])
def test_sizes_equal_the_authors_algorithm(size: tuple[int, int]) -> None:
    target = photograph(*size, which=3)
    for name in ("jpeg", "channels"):
        output = dict(damaged(target))[name]
        assert vsi(Pair(output, target)) == pytest.approx(reference(output, target), abs=1e-6)


def test_piq_agrees_where_nothing_is_resized() -> None:
    target = photograph(256, 256, which=0)
    for name, output in damaged(target):
        expected = float(piq.vsi(*tensors(output, target), data_range=255.0))
        assert vsi(Pair(output, target)) == pytest.approx(expected, rel=1e-4), name


@pytest.mark.parametrize("size", [(256, 256), (64, 500), (301, 57), (1, 1)])
def test_bilinear_resizing_is_that_of_matlab(size: tuple[int, int]) -> None:
    image = photographs()[1].astype(np.float32)
    found = resized(image, *size)
    for channel in range(3):
        expected = at_size(image[:, :, channel].astype(np.float64), *size)
        assert np.abs(found[:, :, channel] - expected).max() < 1e-3


def test_a_patch_of_colour_is_salient() -> None:
    image = np.full((90, 120, 3), 90, np.uint8)
    image[40:50, 50:60] = (220, 40, 30)
    found = sdsp(image)
    assert found.min() == 0
    assert found.max() == 1
    assert found[42:48, 52:58].min() > 3 * found[:20].max()


def test_flat_images_have_no_saliency() -> None:
    """A plain mean, in which the dark beyond the border makes a gradient."""
    dark, light = np.full((64, 70, 3), (90, 20, 31), np.uint8), np.full((64, 70, 3), 191, np.uint8)
    assert not sdsp(dark).any()
    weights = [(0.06, 0.63, 0.27), (0.30, 0.04, -0.35), (0.34, -0.60, 0.17)]
    luma, m, n = ([mixed(image, *w) for image in (dark, light)] for w in weights)
    similarity = alike([scharr(plane) for plane in luma], 386) ** 0.4
    similarity *= ((alike(m, 130) * alike(n, 130)).astype(complex) ** 0.02).real
    assert vsi(Pair(dark, light)) == pytest.approx(similarity.mean(), abs=1e-9)
