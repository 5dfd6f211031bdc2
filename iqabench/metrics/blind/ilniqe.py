"""Integrated local natural image quality evaluator."""

from functools import cache
from typing import NamedTuple

import numpy as np

from iqabench.errors import MetricError
from iqabench.files import RemoteFile
from iqabench.images import OutputView, quantise
from iqabench.metrics.core.lazy import scipy_io
from iqabench.metrics.core.metric import no_reference
from iqabench.metrics.core.requirements import find_files
from iqabench.metrics.shared.ilniqe_model import features
from iqabench.metrics.shared.natural_scene_statistics import Doubles
from iqabench.metrics.shared.niqe_model import Gaussian

PRISTINE = RemoteFile(
    "ilniqe/templateModel.mat",
    "https://raw.githubusercontent.com/milestonesvn/ILNIQE/873632165aa52ad228da54df23349667d47dabb6/"
    "templateModel.mat",
    sha256="14f4919a630498d732bbf11837d894d45a57f89c9ed84bea98851147290ce93c",
    bytes=2764281,
)
"""The authors' model of pristine images."""

_EPS = float(np.finfo(np.float64).eps)


@no_reference(
    title="Integrated local natural image quality evaluator",
    better="lower",
    low=0.0,
    min_size=84,
    colour=True,
    tolerance=1e-4,
    source="Zhang, Zhang and Bovik, A feature-enriched completely blind image quality evaluator, IEEE "
    "Transactions on Image Processing 2015; the authors' release, with its model of pristine images",
    cost=830,
    files=(PRISTINE,),
)
def ilniqe(seen: OutputView) -> float:
    """Return the mean distance of blocks from pristine ones in structure, gradients, colour and bands.

    Images are rounded to 8 bits and resized to 524 x 524, whatever their shape, so the cost of an image does
    not depend on its size. Grey images count as R = G = B.

    Range: 0 upwards; 20 to 30 for photographs.
    Differs: flat areas count as flat; in the authors' program they count as rounding happens to fall.
    Raises: MetricError where the image is flat; when the model cannot be had.
    Source: Zhang et al., 2015.
    """
    model = pristine()  # before the work: it may be missing
    image = quantise(seen.output)
    if image.shape[2] == 1:
        image = np.repeat(image, 3, axis=2)
    result = features(image)
    if np.count_nonzero(np.isfinite(result).all(axis=1)) < 2:
        raise MetricError("ilniqe needs at least two blocks, of 6 x 6, that are not flat.")
    return _mean_distance(model, result)


class PristineModel(NamedTuple):
    """PristineModel images in 430 principal components of the features."""

    gaussian: Gaussian
    least: float
    """The least eigenvalue of its covariance."""
    centre: Doubles
    """The vector (468,) that is subtracted from the features."""
    components: Doubles
    """Shape (468, 430)."""


@cache
def pristine() -> PristineModel:
    """Return the authors' model of pristine images."""
    path = find_files([PRISTINE], "ilniqe")[0]
    mean, covariance, centre, components = scipy_io.loadmat(path)["templateModel"][0]
    least = float(np.linalg.eigvalsh(covariance)[0])
    return PristineModel(Gaussian(mean.ravel(), covariance), least, centre.ravel(), components)


def _mean_distance(model: PristineModel, result: Doubles) -> float:
    """Return the mean distance of all blocks to the model.

    It is taken under the mean of the model's covariance and that of the blocks.

    Blocks with features that are not finite, as flat ones have them, count as the mean of the others.
    Products are summed by einsum: the last digits of BLAS depend on the number of threads.
    """
    numbers = result[np.isfinite(result).all(axis=1)]
    blocks = np.einsum("nf,fg->ng", numbers - model.centre, model.components)
    middle = blocks.mean(axis=0)
    own = np.einsum("nf,ng->fg", blocks - middle, blocks - middle) / (len(blocks) - 1)
    covariance = (model.gaussian.covariance + own) / 2
    apart = np.vstack([blocks, middle]) - model.gaussian.mean
    largest = float(np.trace(covariance))
    if model.least / 2 > len(covariance) * np.spacing(largest):
        squares = _squares(covariance, apart)
    else:  # MATLAB's pinv leaves out what is so small beside the largest
        inverse = np.linalg.pinv(covariance, rcond=len(covariance) * _EPS)
        squares = np.einsum("nf,fg,ng->n", apart, inverse, apart, optimize=True)
    *distances, lost = np.sqrt(squares)
    return float((sum(distances) + (len(result) - len(blocks)) * lost) / len(result))


def _squares(covariance: Doubles, apart: Doubles) -> Doubles:
    """Return the square x C^-1 x of each row, by elimination."""
    rest, rows = covariance.copy(), apart.T.copy()
    squares = np.zeros(len(apart))
    for k in range(len(rest)):
        squares += rows[k] ** 2 / rest[k, k]
        factors = (rest[k + 1 :, k] / rest[k, k])[:, None]
        rows[k + 1 :] -= factors * rows[k]
        rest[k + 1 :, k + 1 :] -= factors * rest[k, k + 1 :]
    return squares
