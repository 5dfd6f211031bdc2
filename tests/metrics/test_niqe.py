"""NIQE: against the authors' release written out, and against figures of MATLAB."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from iqabench.errors import MetricError, MetricWeightsError
from iqabench.images import Image, OutputView
from iqabench.metrics.blind.niqe import niqe, pristine
from iqabench.metrics.shared import niqe_model as model
from iqabench.metrics.shared.grey import rounded_grey

from .damage import DAMAGES, Pixels, Plane, photographs
from .scene_statistics import (
    BABOON,
    TID2013,
    coefficients,
    grey,
    half,
    have,
    left_by_matlab,
    moments,
    of_block,
    window,
)

WEIGHTS = window(7, 7 / 6)
Real = Callable[[str], Image]


def split(plane: Plane, size: int) -> list[Plane]:
    rows, columns = (side // size for side in plane.shape)
    return [
        plane[size * r : size * (r + 1), size * c : size * (c + 1)]
        for r in range(rows)
        for c in range(columns)
    ]


def whole(plane: Plane) -> Plane:
    return plane[: plane.shape[0] // 96 * 96, : plane.shape[1] // 96 * 96]


def reference(plane: Plane) -> Plane:
    plane = whole(plane)
    fine = [of_block(b) for b in split(coefficients(plane, WEIGHTS), 96)]
    coarse = [of_block(b) for b in split(coefficients(half(plane), WEIGHTS), 48)]
    return np.hstack([fine, coarse])


def half_flat() -> Pixels:
    image = photographs()[0].copy()
    image[:, 60:] = 255
    return image


IMAGES = {
    "photograph": photographs()[0],
    "odd": photographs()[1],
    "noisy": DAMAGES["noise"](photographs()[2]),
    "jpeg": DAMAGES["jpeg"](photographs()[3]),
    "blurred": DAMAGES["blur"](photographs()[4]),
    "grey": photographs()[4][:, :, :1],
    "half flat": half_flat(),
    "float": photographs()[0] * np.float32(0.7) + np.float32(0.3),
}


@pytest.mark.parametrize("name", IMAGES)
def test_the_features_are_the_authors(name: str) -> None:
    plane = grey(IMAGES[name])
    np.testing.assert_allclose(model.features(plane), reference(plane), rtol=1e-8, atol=1e-11)


def test_blocks_are_told_by_their_sharpness() -> None:
    tops = (image[:192, :200] for image in (photographs()[0], DAMAGES["blur"](photographs()[3])))
    plane = whole(grey(np.vstack([*tops])))
    sharpness = np.array([b.mean() for b in split(moments(plane, WEIGHTS, "nearest")[1], 96)])
    sharp = sharpness > 0.75 * sharpness.max()
    assert 0 < sharp.sum() < len(sharp)
    expected = model.features(plane)[sharp]
    np.testing.assert_allclose(model.sharp_features(plane), expected, rtol=1e-12, atol=1e-12)


def test_the_gaussian_leaves_out_what_is_no_number() -> None:
    samples = np.random.default_rng(0).normal(size=(9, 3))
    samples[4, 1] = np.nan
    fit = model.fit(samples)
    rest = np.delete(samples, 4, axis=0)
    expected = [*(samples[:, c].mean() for c in (0, 2)), rest[:, 1].mean()]
    assert fit.mean[[0, 2, 1]] == pytest.approx(expected, rel=1e-14)
    centred = rest - rest.mean(axis=0)
    np.testing.assert_allclose(fit.covariance, centred.T @ centred / 7, rtol=1e-12)


def test_the_distance_of_gaussians() -> None:
    first = model.Gaussian(np.array([1.0, 2.0]), np.diag([3.0, 1.0]))
    second = model.Gaussian(np.array([3.0, 5.0]), np.diag([1.0, 5.0]))
    assert model.distance(first, second) == pytest.approx(np.sqrt(4 / 2 + 9 / 3), rel=1e-14)


@pytest.mark.usefixtures("mirror")
def test_the_value_is_the_distance_to_the_authors_model() -> None:
    authors = have(pristine)
    for image in (IMAGES["photograph"], IMAGES["noisy"], IMAGES["half flat"]):
        found = reference(grey(image))
        numbers = found[~np.isnan(found).any(axis=1)]
        apart = authors.mean - np.nanmean(found, axis=0)
        both = (authors.covariance + np.cov(numbers.T)) / 2
        expected = np.sqrt(apart @ np.linalg.solve(both, apart))
        assert niqe(OutputView(image)) == pytest.approx(expected, rel=1e-8)


def test_an_image_without_two_blocks_that_vary_is_refused() -> None:
    image = np.full((192, 192, 3), 255, np.uint8)
    image[:96, :96] = photographs()[0][:96, :96]
    with pytest.raises(MetricError, match="niqe needs at least two blocks"):
        niqe(OutputView(image))


def test_a_missing_model_is_told() -> None:
    pristine.cache_clear()
    with pytest.raises(MetricWeightsError, match=r"niqe needs what its authors fitted"):
        niqe(OutputView(photographs()[0]))


def test_the_figure_of_matlab_for_the_baboon(real_image: Real) -> None:
    """BasicSR prints 5.72957338 of R2021a, on 8-bit luma as rgb2ycbcr gives it."""
    baboon = real_image(BABOON)[:480, :492]
    luma = np.floor(baboon @ np.array([65.481, 128.553, 24.966]) / 255 + 16.5)
    assert have(lambda: niqe(OutputView(levels(luma)))) == pytest.approx(5.72957338, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "figure", "off"),
    [
        ("I04", 3.65492152353770, 1e-11),
        ("I03", 15.7536293917814, 0.01),
        ("I19", 8.63519663862637, 0.04),
    ],
)
def test_figures_of_matlab(real_image: Real, name: str, figure: float, off: float) -> None:
    image = real_image(TID2013[name])
    assert have(lambda: niqe(OutputView(image))) == pytest.approx(figure, abs=off)


@pytest.mark.parametrize(("name", "figure"), [("I06", 3.23547743716998), ("I08", 3.18403333858339)])
def test_figures_of_matlab_with_what_it_keeps_of_flat_areas(
    real_image: Real, name: str, figure: float
) -> None:
    """Nothing but the signs of rounding at eight grey levels is between our figures and MATLAB's."""
    plane = rounded_grey(OutputView(real_image(TID2013[name])))
    authors = have(pristine)
    fitted = model.fit(model.features(plane, left_by_matlab))
    assert model.distance(authors, fitted) == pytest.approx(figure, abs=1e-11)
    assert model.distance(authors, model.fit(model.features(plane))) != pytest.approx(
        figure, abs=1e-5
    )


def levels(plane: Plane) -> NDArray[np.uint8]:
    return plane.astype(np.uint8)[:, :, None]
