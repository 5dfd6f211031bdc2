"""QNR, quality with no reference, of pan-sharpening."""

from iqabench.images import InputsView
from iqabench.metrics.core.metric import against_inputs
from iqabench.metrics.of_inputs.d_lambda import d_lambda
from iqabench.metrics.of_inputs.d_s import d_s


@against_inputs(
    title="QNR, quality with no reference",
    better="higher",
    low=0.0,
    high=1.0,
    colour=True,
    parts=("input", "pan"),
    source="Alparone et al., Multispectral and panchromatic data fusion assessment without reference, "
    "Photogrammetric Engineering and Remote Sensing 74(2), 2008; windows as in torchmetrics",
    cost=800,
)
def qnr(seen: InputsView) -> float:
    """Return (1 - D_lambda)(1 - D_s), both with the exponent 1.

    Range: 0 to 1, an output without spectral and spatial distortion.
    Source: Alparone et al., PE&RS 74(2), 2008.
    Raises: MetricError as `d_lambda` and `d_s`.
    """
    return (1 - d_lambda(seen)) * (1 - d_s(seen))
