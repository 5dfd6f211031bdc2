"""Agreement of metrics with people: rank and linear correlations, with intervals. No torch here.

    rows          records beside opinions, as rows
    statistics    srcc, krcc, plcc, rmse, ntire2021, and what must be left out of each
    correlation   ranks and correlations of weighted samples
    fits          what is put between a metric and an opinion before they are compared linearly
    bootstrap     what the figures would be with other images

Every statistic is a function of weights, one for each sample: 1 for the figure itself; how often a sample was
drawn, for a resample. So a resample costs neither a copy of the values nor, for ranks, another sort.
"""

from collections.abc import Sequence

from iqabench.errors import UsageError
from iqabench.report.statistics.agreement.bootstrap import Resampling
from iqabench.report.statistics.agreement.fits import FITS, Fit
from iqabench.report.statistics.agreement.rows import agreement_rows, resampling_of

__all__ = ["FITS", "Fit", "Resampling", "agreement_rows", "fits_named", "resampling_of"]


def fits_named(names: Sequence[str]) -> list[Fit]:
    """Return the fits of these names, in this order, each once; the usual ones when none is named.

    Raises: UsageError for others.
    """
    unknown = [name for name in names if name not in FITS]
    if unknown:
        raise UsageError(f"'{unknown[0]}' is no fit; expected one of {', '.join(FITS)}.")
    return [FITS[name] for name in dict.fromkeys(names or ("none", "4", "5"))]
