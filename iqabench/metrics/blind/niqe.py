"""Natural image quality evaluator."""

from functools import cache

import numpy as np

from iqabench.errors import MetricError
from iqabench.files import RemoteFile
from iqabench.images import OutputView
from iqabench.metrics.core.metric import no_reference
from iqabench.metrics.core.requirements import find_files
from iqabench.metrics.shared.grey import rounded_grey
from iqabench.metrics.shared.niqe_model import Gaussian, distance, features, fit

PRISTINE = RemoteFile(
    "niqe_pris_params.npz",
    "https://raw.githubusercontent.com/XPixelGroup/BasicSR/8d56e3a045f9fb3e1d8872f92ee4a4f07f886b0a/"
    "basicsr/metrics/niqe_pris_params.npz",
    sha256="2a7c182a68c9e7f1b2e2e5ec723279d6f65d912b6fcaf37eb2bf03d7367c4296",
    bytes=11850,
)
"""Mean and covariance of the authors' modelparameters.mat, number by number, as BasicSR carries them."""


@no_reference(
    title="Natural image quality evaluator",
    better="lower",
    low=0.0,
    min_size=192,
    tolerance=1e-6,
    source="Mittal, Soundararajan and Bovik, Making a completely blind image quality analyzer, IEEE Signal "
    "Processing Letters 2013; the authors' release, with its model of pristine images",
    cost=41,
    files=(PRISTINE,),
)
def niqe(seen: OutputView) -> float:
    """Return the distance of the statistics of 96 x 96 blocks from those of pristine photographs.

    Grey is rounded as MATLAB's rgb2gray does it; under a protocol of luma the figures are those of BasicSR.
    MATLAB's own niqe() has another model of pristine images, and its figures differ by whole units.

    Range: 0 upwards; 2 to 5 for photographs. Images of fewer than 2 x 2 blocks are refused.
    Differs: flat areas count as flat; in the authors' program they count as rounding happens to fall, which
    moves its own figures by up to 0.5 where a third of the image is flat.
    Raises: MetricError where the image is flat; when the model cannot be had.
    Source: Mittal et al., 2013.
    """
    model = pristine()  # before the work: it may be missing
    result = features(rounded_grey(seen))
    if np.count_nonzero(~np.isnan(result).any(axis=1)) < 2:
        raise MetricError("niqe needs at least two blocks of 96 x 96 that are not flat.")
    return distance(model, fit(result))


@cache
def pristine() -> Gaussian:
    """Return the authors' model of pristine images."""
    with np.load(find_files([PRISTINE], "niqe")[0]) as stored:
        return Gaussian(stored["mu_pris_param"][0], stored["cov_pris_param"])
