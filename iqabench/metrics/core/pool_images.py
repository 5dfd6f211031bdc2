"""The images of a pool, one after the other, as metrics look at them."""

from collections.abc import Iterator

from iqabench.errors import MetricError
from iqabench.images import OutputView, PoolView


def pool_images(seen: PoolView, owner: str, least: int = 1) -> Iterator[OutputView]:
    """Yield each image of the pool that `seen` is compared with, on its device.

    `owner`: the metric that asks, for messages. `least`: pixels a side that it needs.

    Raises: MetricError when there is none, or one is too small.
    """
    number = 0
    for number, image in enumerate(seen.pool, 1):
        height, width = image.shape[:2]
        if min(height, width) < least:
            raise MetricError(
                f"{owner} needs at least {least} pixels a side; image {number} of the pool "
                f"'{seen.pool.name}' has {width}x{height}."
            )
        view = OutputView(image)
        view.device = seen.device
        yield view
    if number == 0:
        raise MetricError(
            f"{owner} compares with pristine images, and the pool '{seen.pool.name}' is empty."
        )
