"""The features of BRISQUE and the regression that its authors trained."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from iqabench.files import RemoteFile
from iqabench.images.imresize import imresize
from iqabench.metrics.core.requirements import find_files
from iqabench.metrics.shared.natural_scene_statistics import (
    Doubles,
    Remainder,
    asymmetric,
    mscn,
    nearest,
    nothing_left,
    shapes,
    sums,
)

_FROM = (
    "https://raw.githubusercontent.com/gregfreeman/image_quality_toolbox/"
    "39c5b35fffbe69f5be0e8c28d5acb3c2960f503a/%2Bbrisque/"
)
MODEL = RemoteFile(
    "brisque/allmodel",
    _FROM + "allmodel",
    sha256="8b04d6045f1b27261610c8ab1730fdcc14ec80bfab0f1ab5f703bbc2927314de",
    bytes=353497,
)
"""The support vectors of the authors' release, as libsvm writes them."""
RANGE = RemoteFile(
    "brisque/allrange",
    _FROM + "allrange",
    sha256="e47d753d96b631e1aa2dbac8c4e51ade767f2def8ce678c7130b6b3f90ee915f",
    bytes=741,
)
"""The least and largest value of each feature where the regression was trained."""

FEATURES = 36
_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (-1, 1))
"""Rows down and columns right, by which the plane is shifted, around its edges, before it meets itself."""
_BAND = 32
"""Rows whose products are summed at a time, to stay in the cache."""


class Regression(NamedTuple):
    """Epsilon-regression with support vectors and a radial kernel."""

    least: Doubles
    largest: Doubles
    vectors: Doubles
    """Shape (S, 36)."""
    weights: Doubles
    """Shape (S,)."""
    gamma: float
    offset: float


def features(grey: NDArray[np.generic], remainder: Remainder = nothing_left) -> Doubles | None:
    """Return the 36 features: 18 of the plane, 18 of its half size; None where one of them does not exist.

    Shapes: (H, W) to (36,).
    Units: the plane in levels, 0..255.
    """
    plane = np.ascontiguousarray(grey, np.float64)
    sizes = (plane, imresize(plane, 0.5))
    result = np.array([feature for size in sizes for feature in _features(size, remainder)])
    return result if np.isfinite(result).all() else None


def score(result: Doubles, model: Regression) -> float:
    """Return the score that the regression gives the features.

    The authors' programs hand features on in files, with six digits behind the point, then six digits in
    all; the published figures need that rounding.
    """
    written = np.array([float(f"{value:f}") for value in result])
    scaled = 2 * (written - model.least) / (model.largest - model.least) - 1
    scaled = np.array([float(f"{value:g}") for value in scaled])
    apart = np.square(model.vectors - scaled).sum(axis=1)
    return float((model.weights * np.exp(-model.gamma * apart)).sum()) - model.offset


@cache
def regression() -> Regression:
    """Return the regression of the authors."""
    model, ranges = find_files([MODEL, RANGE], "brisque")
    bounds = np.loadtxt(ranges, skiprows=2)
    head, body = model.read_text("ascii").replace("\r", "").split("\nSV\n")
    header = dict(line.split(" ", 1) for line in head.splitlines())
    rows = [line.split() for line in body.splitlines()]
    vectors = np.zeros((len(rows), FEATURES))
    for vector, (_, *entries) in zip(vectors, rows, strict=True):
        for entry in entries:
            number, value = entry.split(":")
            vector[int(number) - 1] = float(value)
    weights = np.array([float(row[0]) for row in rows])
    return Regression(
        bounds[:, 1], bounds[:, 2], vectors, weights, float(header["gamma"]), float(header["rho"])
    )


def _features(plane: Doubles, remainder: Remainder) -> list[float]:
    """Return the features of one size of the image."""
    table = shapes()
    coefficients = mscn(plane, edge="zero", remainder=remainder)
    result = _symmetric(coefficients)
    for shift in _NEIGHBOURS:
        fit = asymmetric(_products(coefficients, shift))
        entry, left, right = int(fit.entry[0]), float(fit.left[0]), float(fit.right[0])
        scale = table.scale[entry]
        mean = (right - left) * table.first[entry] * scale
        result += [float(table.shape[entry]), float(mean), left**2, right**2]
    return result


def _symmetric(coefficients: Doubles) -> list[float]:
    """Shape and variance of a generalised Gaussian."""
    table = shapes()
    variance = float(np.square(coefficients).mean())
    magnitude = float(np.abs(coefficients).mean())
    with np.errstate(invalid="ignore"):
        ratio = np.float64(variance) / np.float64(magnitude) ** 2
    # The table of this ratio falls, and the nearest of its entries is not that of the inverse.
    last = len(table.ratio) - 1
    index = last - int(nearest(1 / table.ratio[::-1], np.array(ratio)))
    return [float(table.shape[index]), variance]


def _products(coefficients: Doubles, shift: tuple[int, int]) -> Doubles:
    """Sums over the products of the plane with itself shifted; (1, 6)."""
    shifted = np.roll(coefficients, shift, axis=(0, 1))
    starts = range(0, len(coefficients), _BAND)
    bands = (coefficients[s : s + _BAND] * shifted[s : s + _BAND] for s in starts)
    total = np.vstack([sums(band.reshape(1, -1)) for band in bands]).sum(axis=0, keepdims=True)
    return np.asarray(total)
