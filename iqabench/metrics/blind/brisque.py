"""Blind/referenceless image spatial quality evaluator."""

from iqabench.errors import MetricError
from iqabench.images import OutputView
from iqabench.metrics.core.metric import no_reference
from iqabench.metrics.shared.brisque_model import MODEL, RANGE, features, regression, score
from iqabench.metrics.shared.grey import rounded_grey


@no_reference(
    title="Blind/referenceless image spatial quality evaluator",
    better="lower",
    min_size=32,
    tolerance=1e-4,
    source="Mittal, Moorthy and Bovik, No-reference image quality assessment in the spatial domain, IEEE "
    "Transactions on Image Processing 2012; the authors' release, with its regression",
    cost=44,
    files=(MODEL, RANGE),
)
def brisque(seen: OutputView) -> float:
    """Return the score that a regression, trained on opinions, gives the local statistics of the image.

    The regression is the one of the authors' release (774 support vectors). OpenCV's and MATLAB's brisque()
    have other regressions, and their figures differ by tens.

    Range: about 0, the best, to 100; beyond them where an image is unlike those of the LIVE database.
    Differs: flat areas count as flat; in the authors' program they count as rounding happens to fall, which
    moves its own figures by up to 10 where a third of the image is flat.
    Raises: MetricError where the image is flat; when the regression cannot be had.
    Source: Mittal et al., 2012.
    """
    model = regression()  # before the work: it may be missing
    result = features(rounded_grey(seen))
    if result is None:
        raise MetricError("brisque needs an image that is not flat.")
    return score(result, model)
