"""Colourfulness against its definition."""

from math import sqrt

import numpy as np
import pytest

from iqabench.images import OutputView
from iqabench.metrics.blind.colourfulness import colourfulness

from .damage import IDS, PAIRS, Pixels


def reference(image: Pixels) -> float:
    """Hasler and Suesstrunk's M^(3), as it is written."""
    red, green, blue = image.astype(np.float64).reshape(-1, 3).T
    rg, yb = red - green, (red + green) / 2 - blue
    sigma = sqrt(np.var(rg) + np.var(yb))
    return float(sigma + 0.3 * sqrt(np.mean(rg) ** 2 + np.mean(yb) ** 2))


@pytest.mark.parametrize("output", [pair[0] for pair in PAIRS], ids=IDS)
def test_it_equals_its_definition(output: Pixels) -> None:
    assert colourfulness(OutputView(output)) == pytest.approx(reference(output), rel=1e-12)
    unrounded = output * np.float32(0.9)
    assert colourfulness(OutputView(unrounded)) == pytest.approx(0.9 * reference(output), rel=1e-6)


def test_one_colour_alone_is_three_tenths_of_its_distance_from_grey() -> None:
    flat = np.broadcast_to(np.array([200, 100, 40], np.uint8), (1999, 1001, 3))
    assert colourfulness(OutputView(flat)) == 0.3 * sqrt(100**2 + 110**2)


def test_grey_has_none() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (50, 40, 1), np.uint8)
    assert colourfulness(OutputView(grey)) == colourfulness(OutputView(np.repeat(grey, 3, 2))) == 0


def test_its_upper_bound_is_met() -> None:
    """Red and cyan, where sigma^2 + mu^2 is largest, in the share that makes most of both."""
    share = (1 + 0.3 / sqrt(1.09)) / 2
    columns = np.arange(100_000) < share * 100_000
    image = np.where(columns[:, None], [255, 0, 0], [0, 255, 255]).astype(np.uint8)[None]
    assert colourfulness(OutputView(image)) == pytest.approx(255 * sqrt(1.25 * 1.09), rel=1e-8)
