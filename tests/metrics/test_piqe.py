"""PIQE against its definition, block by block, and against figures of MATLAB's piqe()."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from iqabench.images import Image, OutputView
from iqabench.metrics.blind.piqe import piqe

from .damage import IDS, PAIRS, Pixels, Plane
from .matlab import mixed

RGB2GRAY = (0.298936021293775, 0.587043074451121, 0.114020904255103)


def std(values: NDArray[Any]) -> float:
    return float(np.std(values, ddof=1))


def coefficients(grey: Plane) -> Plane:
    taps = np.exp(-(np.arange(-3.0, 4) ** 2) / (2 * (7 / 6) ** 2))
    taps /= taps.sum()

    def mean(plane: Plane) -> Plane:
        rows = correlate1d(plane, taps, axis=0, mode="nearest")
        return np.asarray(correlate1d(rows, taps, axis=1, mode="nearest"))

    local = mean(grey)
    deviation = np.sqrt(np.abs(mean(grey * grey) - local * local))
    return np.asarray((grey - local) / (deviation + 1))


def of_block(block: Plane, variance: float) -> float:
    """Columns count from 1 in MATLAB: 8 and 9 are the centre, 8 and 10 are left out of the surround."""
    edges = [block[0], block[15], block[:, 0], block[:, 15]]
    flat = any(std(edge[k : k + 6]) < 0.1 for edge in edges for k in range(11))
    centre, surround = block[:, [7, 8]], np.delete(block, [7, 9], axis=1)
    sigma, ratio = np.sqrt(variance), std(centre) / std(surround)
    noisy = sigma > 2 * abs(sigma - ratio) / max(sigma, ratio)
    return float(flat * (1 - variance) + noisy * variance)


def reference(image: Pixels) -> float:
    grey = np.floor(mixed(image, *RGB2GRAY) + 0.5)
    below, right = (-side % 16 for side in grey.shape)
    plane = coefficients(np.pad(grey, ((0, below), (0, right)), mode="edge"))
    total = count = 0.0
    for row in range(0, plane.shape[0], 16):
        for column in range(0, plane.shape[1], 16):
            block = plane[row : row + 16, column : column + 16]
            variance = std(block) ** 2
            if variance > 0.1:
                count += 1
                total += of_block(block, variance)
    return 100 * (total + 1) / (count + 1)


SOME = range(0, len(PAIRS), 2)


@pytest.mark.parametrize("number", SOME, ids=[IDS[number] for number in SOME])
def test_it_equals_its_definition(number: int) -> None:
    output = PAIRS[number][0]
    assert piqe(OutputView(output)) == pytest.approx(reference(output), rel=1e-10)


@pytest.mark.parametrize("shape", [(1, 1, 3), (16, 16, 1), (17, 15, 3), (5, 100, 1)])
def test_small_images(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    assert piqe(OutputView(image)) == pytest.approx(reference(image), rel=1e-10)


def test_flat_images_are_the_worst() -> None:
    assert piqe(OutputView(np.full((100, 90, 3), 200, np.uint8))) == 100


@pytest.mark.parametrize(
    ("sha256", "expected"),
    [
        ("bb817e7fef614dcc12b3a99af33ce3d201bc4d56c4827254c0bcc4fa6ea11151", 100.00),
        ("f3d685983aacd76b2c131579ea60cee345205a1169a4bd2ff5f3039ecf81729e", 21.62),
        ("726e043e99d8e07235c2535107d4bb6fc85bad0cb3cc7d6ba3ecf3364ac97539", 35.86),
        ("8ad39042d7e17d6c96ecfd8c4b9f0e98c803b303a92d368ef57bc9c3c40f5330", 41.15),
        ("e0c6000652d270d1c39b7094761d01e14695fc5aa7cb76b945be6391327ee886", 76.95),
    ],
)
def test_the_figures_of_matlab(
    real_image: Callable[[str], Image], sha256: str, expected: float
) -> None:
    """Of images I03, I04, I06, I08 and I19 of TID2013, as IQA-PyTorch prints MATLAB's."""
    assert round(piqe(OutputView(real_image(sha256))), 2) == expected
