"""Multiply-accumulates of the restoration of one image."""

from iqabench.errors import MetricError
from iqabench.images import OutputView
from iqabench.metrics.core.metric import cost_of_image


@cost_of_image(
    title="Multiply-accumulates of one image",
    unit="MACs",
    better="lower",
    low=0.0,
    source="counted by operator while the image is restored, as the probe macs@exact counts",
)
def macs(seen: OutputView) -> float:
    """Return the multiply-accumulates of all operators that ran while the model restored the image.

    It is the cost of this image: a network that takes the light path where it can has another one at every
    image. For other networks it depends only on the size of the input.

    Raises: MetricError where nothing was counted.
    """
    if "macs" not in seen.costs:
        raise MetricError(
            "macs is counted while a torch network restores the image: 'iqabench run' counts it, and outputs "
            "from a folder, a program or an ONNX file have none."
        )
    return seen.costs["macs"]
