"""ERGAS at the scale of pan-sharpening."""

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.of_bands.ergas import ergas


@metric(
    title="ERGAS of pan-sharpening",
    better="lower",
    identical=0.0,
    low=0.0,
    colour=True,
    source="Wald, Quality of high resolution synthesised images: is there a simple criterion?, "
    "Fusion of Earth Data, 2000",
    cost=9,
)
def ergas_pan(pair: Pair) -> float:
    """Return 100 h/l times the root mean square, over bands, of RMSE / mean of the target.

    h/l, the size of a pixel of the output in parts of one of the input, is 1 / scale of the set, as in the
    tables of pan-sharpening; `ergas` has 1.

    Range: 0, the value of identical images, upwards; infinite where the target lacks a band that the output
    has.
    Source: Wald, Fusion of Earth Data, 2000.
    """
    return float(ergas(pair) / pair.scale)
