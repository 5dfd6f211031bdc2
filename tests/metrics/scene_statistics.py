"""The releases of NIQE and BRISQUE written out, slow and in double precision, and images of known figures.

One thing is added: what is left of x - mean by rounding, where an image is flat, is 0.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import correlate
from scipy.special import gamma

from iqabench.errors import MetricWeightsError

from .damage import Plane
from .matlab import mixed

T = TypeVar("T")

RGB2GRAY = (0.298936021293775, 0.587043074451121, 0.114020904255103)
SHAPES = np.arange(0.2, 10.0005, 0.001)
RATIOS = gamma(2 / SHAPES) ** 2 / (gamma(1 / SHAPES) * gamma(3 / SHAPES))

TID2013 = {
    "I03": "bb817e7fef614dcc12b3a99af33ce3d201bc4d56c4827254c0bcc4fa6ea11151",
    "I04": "f3d685983aacd76b2c131579ea60cee345205a1169a4bd2ff5f3039ecf81729e",
    "I06": "726e043e99d8e07235c2535107d4bb6fc85bad0cb3cc7d6ba3ecf3364ac97539",
    "I08": "8ad39042d7e17d6c96ecfd8c4b9f0e98c803b303a92d368ef57bc9c3c40f5330",
    "I19": "e0c6000652d270d1c39b7094761d01e14695fc5aa7cb76b945be6391327ee886",
}
"""Five distorted images of TID2013, on which IQA-PyTorch (ResultsCalibra) prints MATLAB's figures.

I04 has no flat areas; 1 to 2 % of I03, I06 and I08 are flat, and a third of I19.
"""
MATLAB_SIGNS = {
    **dict.fromkeys((74, 87, 140, 162, 248), -1.0),
    **dict.fromkeys((85, 103, 249), 0.0),
}
"""The signs of what MATLAB's filter leaves of a flat area's level minus its mean, at all flat levels of I06
and I08. They were found by trying which signs give the printed figures; no order of summation is known that
gives them all."""
BABOON = "17118cb24b5a4e546f17ffd41208e10018e3a38387120fe039e99aeccfc97c75"
"""An image of Set14; its first 492 columns are BasicSR's baboon.png."""
PEPPER = "2b16c091cd46780a0e4221754dfeba1625593ac2a4069f80d9e35ecc0ddbde76"
"""An image of Set14; pixel by pixel the pepper_0.png of the Python port of IL-NIQE."""


def grey(image: NDArray[Any]) -> Plane:
    return np.floor(mixed(image, *RGB2GRAY) + 0.5)


def left_by_matlab(levels: Plane) -> Plane:
    """Return what the authors' programs keep of x - mean at flat places, of the size of rounding."""
    signs = np.array([MATLAB_SIGNS[level] for level in np.rint(levels).astype(int).tolist()])
    return np.asarray(3e-14 * signs)


def window(side: int, sigma: float) -> Plane:
    x = np.arange(side) - (side - 1) / 2
    weights = np.exp(-(x[:, None] ** 2 + x**2) / (2 * sigma**2))
    return np.asarray(weights / weights.sum())


def moments(plane: Plane, weights: Plane, mode: str) -> tuple[Plane, Plane]:
    mean = correlate(plane, weights, mode=mode)
    return mean, np.sqrt(np.abs(correlate(plane * plane, weights, mode=mode) - mean * mean))


def coefficients(plane: Plane, weights: Plane, mode: str = "nearest") -> Plane:
    mean, deviation = moments(plane, weights, mode)
    found = plane - mean
    found[np.abs(found) < 1e-10] = 0
    return np.asarray(found / (deviation + 1))


class Fit(NamedTuple):
    shape: float
    left: float
    right: float
    scale: float
    first: float


def fitted(values: NDArray[Any]) -> Fit:
    """The authors' estimateaggdparam."""
    with np.errstate(invalid="ignore", divide="ignore"):
        left = np.sqrt(np.square(values[values < 0]).sum() / (values < 0).sum())
        right = np.sqrt(np.square(values[values > 0]).sum() / (values > 0).sum())
        skew = left / right
        ratio = np.mean(np.abs(values)) ** 2 / np.mean(values**2)
        ratio = ratio * (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    shape = SHAPES[np.argmin((RATIOS - ratio) ** 2)]
    scale = np.sqrt(gamma(1 / shape) / gamma(3 / shape))
    return Fit(shape, left, right, scale, gamma(2 / shape) / gamma(1 / shape))


def of_block(block: Plane) -> list[float]:
    """NIQE's computefeature."""
    fit = fitted(block)
    found = [fit.shape, (fit.left + fit.right) * fit.scale / 2]
    for shift in ((0, 1), (1, 0), (1, 1), (1, -1)):
        fit = fitted(block * np.roll(block, shift, (0, 1)))
        mean = (fit.right - fit.left) * fit.scale * fit.first
        found += [fit.shape, mean, fit.left * fit.scale, fit.right * fit.scale]
    return found


def half(plane: Plane) -> Plane:
    """MATLAB's imresize(plane, 0.5): eight weights, mirrored edges."""
    x = np.abs(np.arange(-3.5, 4) / 2)
    near, far = 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    weights = np.where(x <= 1, near, far) / 2
    for axis in (0, 1):
        ends = [(3, 5) if a == axis else (0, 0) for a in (0, 1)]
        padded = np.moveaxis(np.pad(plane, ends, mode="symmetric"), axis, 0)
        rows = -(-plane.shape[axis] // 2)
        taps = [padded[k : k + 2 * rows : 2] for k in range(8)]
        plane = np.moveaxis(sum(w * t for w, t in zip(weights, taps, strict=True)), 0, axis)
    return plane


def have(made: Callable[[], T]) -> T:
    """Return what `made` makes; the test is skipped where the mirror lacks what the authors fitted."""
    try:
        return made()
    except MetricWeightsError as error:
        return pytest.skip(f"NO WEIGHTS: {str(error).splitlines()[0]}")
