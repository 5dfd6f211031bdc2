"""SSIM of other tools: each window and range gives what the tool gives."""

import numpy as np
import pytest
from scipy.ndimage import correlate1d
from skimage.metrics import structural_similarity

from iqabench.explain.similarity import Choice, PairSimilarities
from iqabench.images import Case
from iqabench.metrics import column, scores

from .causes import three_dimensional
from .conftest import Pairs


@pytest.fixture(scope="module")
def colours(pairs: Pairs) -> dict[Choice, float]:
    return PairSimilarities(*pairs[0], 4).values("RGB", "none")


def value(values: dict[Choice, float], window: str, data_range: str = "255") -> float:
    return values["RGB", "none", window, data_range]


def test_the_papers_ssim_is_that_of_the_metric(pairs: Pairs) -> None:
    output, target = pairs[0]
    values = PairSimilarities(output, target, 4).values("luma", "scale", ["Gaussian"])
    [expected] = scores([column("ssim@sr-y")], Case(output, target, 4))
    assert values["luma", "scale", "Gaussian", "255"] == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(
    ("name", "high", "data_range"),
    [
        ("255", 255, 255),
        ("1 for 255", 255, 1),
        ("2 for 255", 255, 2),
        ("2 for 1", 1, 2),
        ("255 for 1", 1, 255),
    ],
)
def test_ranges_wrongly_paired_are_those_of_scikit_image(
    name: str, high: int, data_range: float, pairs: Pairs, colours: dict[Choice, float]
) -> None:
    output, target = (image * (high / 255) for image in pairs[0])
    expected = structural_similarity(  # type: ignore[no-untyped-call]
        output, target, channel_axis=2, data_range=data_range
    )
    assert value(colours, "uniform 7x7", name) == pytest.approx(expected, abs=1e-7)


def test_the_sample_covariance_is_scikit_images(pairs: Pairs, colours: dict[Choice, float]) -> None:
    expected = structural_similarity(  # type: ignore[no-untyped-call]
        *pairs[0], channel_axis=2, gaussian_weights=True, sigma=1.5
    )
    assert value(colours, "sample covariance") == pytest.approx(expected, abs=1e-9)


def test_the_window_across_colours_is_matlabs(pairs: Pairs, colours: dict[Choice, float]) -> None:
    expected = three_dimensional(*(image.astype(float) for image in pairs[0]))
    assert value(colours, "3-D") == pytest.approx(expected, abs=1e-9)


def reference(x: np.ndarray, y: np.ndarray, mode: str) -> np.ndarray:
    """Return the map of SSIM with a border that is continued."""
    kernel = np.exp(-(np.arange(-5, 6) ** 2) / 4.5)
    kernel /= kernel.sum()

    def mean(p: np.ndarray) -> np.ndarray:
        return np.asarray(correlate1d(correlate1d(p, kernel, 0, mode=mode), kernel, 1, mode=mode))

    x, y = x.astype(float), y.astype(float)
    mx, my = mean(x), mean(y)
    vx, vy, c = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    return np.asarray(
        ((2 * mx * my + 6.5025) * (2 * c + 58.5225))
        / ((mx * mx + my * my + 6.5025) * (vx + vy + 58.5225))
    )


@pytest.mark.parametrize(
    ("window", "mode"),
    [("padded", "nearest"), ("zero-padded", "constant"), ("mirrored", "mirror")],
)
def test_padded_windows_reach_the_border(window: str, mode: str, pairs: Pairs) -> None:
    output, target = pairs[0]
    values = PairSimilarities(output, target, 4).values("green", "scale", [window])
    inner = (slice(4, -4), slice(4, -4), 1)
    expected = reference(output[inner], target[inner], mode).mean()
    assert values["green", "scale", window, "255"] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("window", ["downsampled", "pooled"])
def test_large_images_are_halved(window: str, pairs: Pairs) -> None:
    output, target = (np.kron(i[:200, :200], np.ones((2, 2, 1), np.uint8)) for i in pairs[0])
    values = PairSimilarities(output, target, 4).values("green", "none", [window])  # factor 2
    expected = reference(pairs[0][0][:200, :200, 1], pairs[0][1][:200, :200, 1], "mirror")
    assert values["green", "none", window, "255"] == pytest.approx(
        expected[5:-5, 5:-5].mean(), abs=1e-9
    )


def test_what_is_too_small_has_none() -> None:
    image = np.zeros((12, 12, 3), np.uint8)
    assert PairSimilarities(image, image, 4).values("luma", "scale") == {}
