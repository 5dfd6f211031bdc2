"""Share of an image that took the heavy path through a network."""

from iqabench.errors import MetricError
from iqabench.images import OutputView
from iqabench.metrics.core.metric import cost_of_image


@cost_of_image(
    title="Share of the heavy path",
    better="lower",
    low=0.0,
    high=1.0,
    source="as the network tells it; the notes of its card define it: pixels, patches or features",
)
def heavy(seen: OutputView) -> float:
    """Return the share of the image, from 0 to 1, that took the heavy path through the network.

    Raises: MetricError for a network without such a choice.
    """
    if "heavy" not in seen.costs:
        raise MetricError(
            "heavy is the share of the heavy path through a network that chooses one for each image; this "
            "model has none. A card says 'cost: per image' where it has."
        )
    return seen.costs["heavy"]
