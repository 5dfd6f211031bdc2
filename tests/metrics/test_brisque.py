"""BRISQUE: against the authors' release written out, and against figures of MATLAB."""

from collections.abc import Callable
from math import exp

import numpy as np
import pytest
from scipy.special import gamma

from iqabench.errors import MetricError, MetricWeightsError
from iqabench.files.fetch import fetch
from iqabench.images import Image, OutputView
from iqabench.metrics.blind.brisque import brisque
from iqabench.metrics.shared import brisque_model as model
from iqabench.metrics.shared.grey import rounded_grey

from .damage import DAMAGES, Plane, photographs
from .scene_statistics import (
    RATIOS,
    SHAPES,
    TID2013,
    coefficients,
    fitted,
    grey,
    half,
    have,
    left_by_matlab,
    window,
)

IMAGES = {
    "photograph": photographs()[0],
    "odd": photographs()[1],
    "odd in one side": photographs()[2],
    "noisy": DAMAGES["noise"](photographs()[2]),
    "jpeg": DAMAGES["jpeg"](photographs()[3]),
    "blurred": DAMAGES["blur"](photographs()[4]),
    "grey": photographs()[4][:, :, :1],
    "small": photographs()[0][100:132, 50:91],
}


def reference(plane: Plane) -> list[float]:
    """The authors' brisque_feature; outside of the image are zeros."""
    found: list[float] = []
    inverse = gamma(1 / SHAPES) * gamma(3 / SHAPES) / gamma(2 / SHAPES) ** 2
    assert inverse == pytest.approx(1 / RATIOS)
    for _ in range(2):
        part = coefficients(plane, window(7, 7 / 6), "constant")
        variance = (part**2).mean()
        shape = SHAPES[np.argmin(np.abs(variance / np.abs(part).mean() ** 2 - inverse))]
        found += [shape, variance]
        for shift in ((0, 1), (1, 0), (1, 1), (-1, 1)):
            fit = fitted(part * np.roll(part, shift, (0, 1)))
            mean = (fit.right - fit.left) * fit.first * fit.scale
            found += [fit.shape, mean, fit.left**2, fit.right**2]
        plane = half(plane)
    return found


@pytest.mark.parametrize("name", IMAGES)
def test_the_features_are_the_authors(name: str) -> None:
    plane = grey(IMAGES[name])
    found = model.features(plane)
    assert found is not None
    np.testing.assert_allclose(found, reference(plane), rtol=1e-9, atol=1e-12)


@pytest.mark.usefixtures("mirror")
def test_the_regression_is_the_one_of_the_files() -> None:
    """Read and summed in another way; its numbers are told in the head of the file."""
    have(model.regression)
    paths = fetch([model.MODEL, model.RANGE])
    head, body = paths[model.MODEL].read_text("ascii").split("\nSV\n")
    assert {"gamma 0.05", "rho -153.591", "total_sv 774"} < set(head.splitlines())
    ranges = paths[model.RANGE].read_text("ascii")
    found = reference(grey(IMAGES["noisy"]))
    bounds = [[float(x) for x in line.split()] for line in ranges.splitlines()[2:]]
    scaled = [
        2 * (x - least) / (most - least) - 1
        for x, (_, least, most) in zip(found, bounds, strict=True)
    ]
    total = 153.591
    for line in body.splitlines():
        weight, *entries = line.split()
        vector = dict.fromkeys(range(1, 37), 0.0) | {
            int(k): float(v) for k, v in (entry.split(":") for entry in entries)
        }
        apart = sum((x - vector[k]) ** 2 for k, x in enumerate(scaled, 1))
        total += float(weight) * exp(-0.05 * apart)
    assert brisque(OutputView(IMAGES["noisy"])) == pytest.approx(total, abs=5e-3)


def test_a_flat_image_is_refused() -> None:
    with pytest.raises(MetricError, match="brisque needs an image that is not flat"):
        brisque(OutputView(np.full((64, 64, 3), 7, np.uint8)))


def test_a_missing_regression_is_told() -> None:
    model.regression.cache_clear()
    with pytest.raises(MetricWeightsError, match="brisque needs what its authors fitted"):
        brisque(OutputView(photographs()[0]))


@pytest.mark.parametrize(
    ("name", "figure", "off"),
    [
        ("I04", -0.107618, 1e-6),
        ("I03", 94.6421, 0.002),
        ("I19", 72.2617, 2.2),
    ],
)
def test_figures_of_matlab(
    real_image: Callable[[str], Image], name: str, figure: float, off: float
) -> None:
    image = real_image(TID2013[name])
    assert have(lambda: brisque(OutputView(image))) == pytest.approx(figure, abs=off)


@pytest.mark.parametrize(("name", "figure"), [("I06", 0.992889), ("I08", 5.35827)])
def test_figures_of_matlab_with_what_it_keeps_of_flat_areas(
    real_image: Callable[[str], Image], name: str, figure: float
) -> None:
    """Nothing but the signs of rounding at eight grey levels is between our figures and MATLAB's."""
    plane = rounded_grey(OutputView(real_image(TID2013[name])))
    regression = have(model.regression)
    found = model.features(plane, left_by_matlab)
    assert found is not None
    assert model.score(found, regression) == pytest.approx(figure, abs=1e-6)
    plain = model.features(plane)
    assert plain is not None
    assert model.score(plain, regression) != pytest.approx(figure, abs=1e-5)
