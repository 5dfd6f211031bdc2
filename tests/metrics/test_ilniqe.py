"""IL-NIQE: against the authors' release written out, block by block, and against figures of MATLAB."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import correlate
from scipy.optimize import brentq
from scipy.signal import convolve2d

from iqabench.errors import MetricError, MetricWeightsError
from iqabench.images import Image, OutputView
from iqabench.images.imresize import imresize
from iqabench.metrics.blind.ilniqe import PristineModel, _mean_distance, ilniqe, pristine
from iqabench.metrics.shared import ilniqe_model as model
from iqabench.metrics.shared.weibull import weibull

from .damage import DAMAGES, Pixels, Plane, photographs
from .scene_statistics import PEPPER, TID2013, coefficients, fitted, have, of_block, window

EPS = float(np.finfo(np.float64).eps)
Real = Callable[[str], Image]


def likeliest(values: Plane) -> tuple[float, float]:
    """Scale and shape, by bisection of the derivative of the likelihood."""
    logs = np.log(values.ravel())
    logs -= (top := logs.max())

    def slope(shape: float) -> float:
        powers = np.exp(shape * logs)
        return float((powers * logs).sum() / powers.sum() - 1 / shape - logs.mean())

    shape = brentq(slope, 1e-3, 1e3, xtol=1e-14, rtol=1e-14)
    return float(np.exp(top) * np.exp(shape * logs).mean() ** (1 / shape)), float(shape)


def gabors(rows: int, columns: int, shortest: float) -> Iterator[Plane]:
    """The authors' logGabors, for even sizes."""
    x, y = np.meshgrid(
        np.arange(-columns / 2, columns / 2) / columns, np.arange(-rows / 2, rows / 2) / rows
    )
    radius, theta = np.fft.ifftshift(np.sqrt(x**2 + y**2)), np.fft.ifftshift(np.arctan2(-y, x))
    radius[0, 0] = 1
    for s in range(3):
        band = np.exp(-(np.log(radius * shortest * 1.31**s) ** 2) / (2 * np.log(0.55) ** 2))
        band[0, 0] = 0
        for o in range(4):
            a = o * np.pi / 4
            sine = np.sin(theta) * np.cos(a) - np.cos(theta) * np.sin(a)
            cosine = np.cos(theta) * np.cos(a) + np.sin(theta) * np.sin(a)
            apart = np.abs(np.arctan2(sine, cosine))
            yield band * np.exp(-(apart**2) / (2 * (np.pi / 4 / 1.1) ** 2))


class Size:
    """One size of one image, and the features of one of its blocks."""

    def __init__(self, rgb: Plane, opponent: list[Plane], scale: int) -> None:
        self.edge = 84 // scale
        sigma = 1.66 / scale**0.28
        reach = int(np.ceil(3 * sigma))
        x, y = np.meshgrid(*[np.arange(-reach, reach + 1.0)] * 2)
        bell = np.exp(-(x**2 + y**2) / 2 / sigma / sigma)
        self.kernel = x * bell + 1j * y * bell
        self.structure = coefficients(opponent[2], window(5, 5 / 6))
        self.opponent = opponent
        r, g, b = (p - p.mean() for p in np.moveaxis(np.log(rgb + 0.00001), 2, 0))
        self.colours = [(r + g + b) / 3**0.5, (r + g - 2 * b) / 6**0.5, (r - g) / 2**0.5]
        spectrum = np.fft.fft2(opponent[2])
        filters = gabors(len(rgb), len(rgb[0]), 2.4 / scale**0.87)
        responses = [np.fft.ifft2(spectrum * f) for f in filters]
        self.responses = [part for r in responses for part in (r.real, r.imag)]

    def cut(self, plane: Plane, row: int, column: int, margin: int = 0) -> Plane:
        edge, wide = self.edge, np.pad(plane, margin)
        return wide[
            row * edge : (row + 1) * edge + 2 * margin,
            column * edge : (column + 1) * edge + 2 * margin,
        ]

    def derivatives(self, plane: Plane, row: int, column: int) -> tuple[Plane, Plane]:
        margin = len(self.kernel) // 2
        found = convolve2d(self.cut(plane, row, column, margin), self.kernel, mode="valid")
        x, y = (np.where(np.abs(part) < 1e-10, 0, part) for part in (found.real, found.imag))
        return x, y  # as with coefficients, rounding is not taken for structure

    def features(self, row: int, column: int) -> list[float]:
        opponent = [self.derivatives(p, row, column) for p in self.opponent]
        bands = [self.derivatives(p, row, column) for p in self.responses]
        found = of_block(self.cut(self.structure, row, column))
        for x, y in opponent:
            found += likeliest(np.sqrt(x**2 + y**2) + EPS)
        for plane in self.colours:
            part = self.cut(plane, row, column)
            found += [part.mean(), part.var(ddof=1)]
        asymmetric = [part for pair in opponent for part in pair]
        asymmetric += [self.cut(plane, row, column) for plane in self.responses]
        asymmetric += [part for pair in bands for part in pair]
        for part in asymmetric:
            fit = fitted(part)
            found += [fit.shape, (fit.left + fit.right) * fit.scale / 2]
        for x, y in bands:
            found += likeliest(np.sqrt(x**2 + y**2) + EPS)
        return found


def halved(plane: Plane) -> Plane:
    """imfilter(plane, fspecial('gaussian', 6, 0.9), 'replicate'): the third of six is the centre."""
    weights = np.zeros((7, 7))
    weights[1:, 1:] = window(6, 0.9)  # the fourth of seven
    return np.asarray(correlate(plane, weights, mode="nearest")[::2, ::2])


def reference(image: Pixels, places: list[tuple[int, int]]) -> Plane:
    rgb = image[:504, :504].astype(np.float64)
    mix = np.array([[0.3, 0.04, -0.35], [0.34, -0.6, 0.17], [0.06, 0.63, 0.27]])
    opponent = [rgb @ row for row in mix]
    fine = Size(rgb, opponent, 1)
    rgb = np.dstack([halved(plane) for plane in np.moveaxis(rgb, 2, 0)])
    coarse = Size(rgb, [halved(plane) for plane in opponent], 2)
    return np.array([fine.features(*place) + coarse.features(*place) for place in places])


@pytest.mark.parametrize(
    ("image", "places"),
    [
        (photographs()[1], [(0, 0), (3, 2)]),
        (DAMAGES["noise"](photographs()[2]), [(5, 5)]),
        (DAMAGES["jpeg"](photographs()[3]), [(2, 4)]),
    ],
    ids=["odd", "noisy", "jpeg"],
)
def test_the_features_are_the_authors(image: Pixels, places: list[tuple[int, int]]) -> None:
    found = model.features(image)[[6 * row + column for row, column in places]]
    expected = reference(model.resized(image), places)
    assert expected.shape == (len(places), 468)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("shape", [(84, 93), (201, 237), (524, 524), (640, 1031)])
def test_every_size_becomes_524(shape: tuple[int, int]) -> None:
    """MATLAB takes the size that it is told; a scale may round to one line more."""
    image = np.asarray(cv2.resize(photographs()[0], shape[::-1]), np.uint8)
    found = model.resized(image)
    assert found.shape == (524, 524, 3)
    exact = imresize(image.astype(np.float64), (524 / shape[0], 524 / shape[1]))[:524, :524]
    assert np.abs(found - exact.clip(0, 255)).mean() < 0.5


@pytest.mark.parametrize("shape", [0.05, 0.7, 2.0, 40.0])
def test_the_likeliest_weibull(shape: float) -> None:
    values = 3 * np.random.default_rng(1).weibull(shape, (5, 700)) + EPS
    values[3] = values[3].round(1) + EPS
    expected = np.transpose([likeliest(row) for row in values])
    np.testing.assert_allclose(np.stack(weibull(values)), expected, rtol=1e-8)


def test_weibulls_of_few_values() -> None:
    """Where the thinned start sees a single value; where nothing varies."""
    values = np.full((3, 64), EPS)
    values[0, 5] = 2.0
    values[1, 0] = 1e-9
    scale, shape = weibull(values)
    assert (scale[2], shape[2]) == (pytest.approx(EPS), np.inf)
    for row in (0, 1):
        assert (scale[row], shape[row]) == pytest.approx(likeliest(values[row]), rel=1e-8)


@pytest.mark.usefixtures("mirror")
def test_the_value_is_the_mean_distance_to_the_authors_model() -> None:
    """Blocks that are flat count as the mean of the others."""
    image = photographs()[0].copy()
    image[:130, :130] = 255
    authors = have(pristine)
    found = model.features(image)
    flat = np.asarray(~np.isfinite(found).all(axis=1))
    assert np.count_nonzero(flat) == 4
    assert ilniqe(OutputView(image)) == pytest.approx(distance(authors, found, flat), rel=1e-7)
    found[7, 19] = 1e7  # beside which MATLAB's pinv takes the model's least eigenvalues for nothing
    value = _mean_distance(authors, found)
    assert value == pytest.approx(distance(authors, found, flat), rel=1e-5)


def distance(authors: PristineModel, found: Plane, flat: NDArray[np.bool_]) -> float:
    parts = (authors.components.T @ (found - authors.centre).T).T
    middle = parts[~flat].mean(axis=0)
    both = (authors.gaussian.covariance + np.cov(parts[~flat].T)) / 2
    inverse = np.linalg.pinv(both, rcond=len(both) * EPS)
    apart = np.where(flat[:, None], middle, parts) - authors.gaussian.mean
    return float(np.mean([np.sqrt(row @ inverse @ row) for row in apart]))


def test_a_flat_image_is_refused() -> None:
    with pytest.raises(MetricError, match="ilniqe needs at least two blocks"):
        ilniqe(OutputView(np.full((90, 90, 3), 7, np.uint8)))


def test_a_missing_model_is_told() -> None:
    pristine.cache_clear()
    with pytest.raises(MetricWeightsError, match="ilniqe needs what its authors fitted"):
        ilniqe(OutputView(photographs()[0]))


@pytest.mark.parametrize(
    ("name", "sha256", "figure", "off"),
    [
        ("pepper", PEPPER, 29.1422, 5e-4),
        ("I04", TID2013["I04"], 23.9968, 5e-4),
        ("I06", TID2013["I06"], 19.9750, 1e-3),
        ("I03", TID2013["I03"], 113.4801, 0.03),
        ("I08", TID2013["I08"], 22.4493, 0.05),
        ("I19", TID2013["I19"], 56.6721, 0.1),
    ],
)
def test_figures_of_matlab(
    real_image: Real, name: str, sha256: str, figure: float, off: float
) -> None:
    """The pepper's is from the Python port of IL-NIQE, which has 28.8966 itself."""
    image = real_image(sha256)
    assert have(lambda: ilniqe(OutputView(image))) == pytest.approx(figure, abs=off), name
