"""Sharpness."""

import cv2

from iqabench.images import OutputView
from iqabench.metrics.core.metric import no_reference
from iqabench.metrics.shared.grey import rounded_grey
from iqabench.metrics.shared.structural_similarity import plane_sum


@no_reference(
    title="Sharpness (variance of the Laplacian)",
    unit="squared 8-bit levels",
    better="higher",
    low=0.0,
    high=1040400.0,
    source="Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy: a comparative study, "
    "ICPR 2000",
    cost=3.8,
)
def sharpness(seen: OutputView) -> float:
    """Return the variance of the Laplacian, with the kernel (0 1 0; 1 -4 1; 0 1 0), of the grey levels.

    Of the many measures of focus this is the one that most people print: cv2.Laplacian(grey,
    cv2.CV_64F).var(). Noise raises it too: it tells how much fine detail there is, true or not.

    Range: 0, the value of flat images, to 1020^2, that of a chequerboard. Units: squared 8-bit levels.
    Source: Pech-Pacheco et al. 2000, whose kernel is a sixth of this one and whose variance is that of
        the magnitude. Grey is MATLAB's rgb2gray, rounded; outside of the image lies its mirror, the
        outermost pixels not repeated.
    """
    laplacian = cv2.Laplacian(rounded_grey(seen), cv2.CV_32F)
    size = laplacian.size
    plain, squares = plane_sum(laplacian), plane_sum(laplacian * laplacian)
    return (squares - plain * plain / size) / size
