"""A metric as a function of images in memory: `iqabench.metric`."""

from collections.abc import Callable
from typing import Any

from iqabench.arguments import as_name
from iqabench.images import DataRange, as_image
from iqabench.metrics import column, require_no_scale
from iqabench.tasks import checked_scale


def metric(name: str) -> Callable[..., float]:
    """Return a column as a function: `metric("ssim@sr-y")(output, target, scale=4)`.

    The default protocol is `rgb`. The function takes numpy uint8 (H, W, C), PIL, or torch (C, H, W) in
    [0, 1], and other ranges with `data_range`, the value of white, or those of black and white: 255, (-1, 1).
    uint8 and PIL images are always 0..255. The value has no gradient.

    Raises: UsageError, UnknownNameError; the function itself raises ImageError and MetricError, and
        UsageError where the protocol leaves out a border as wide as the scale and no scale is named.
    """
    bound = column(as_name(name, "the metric"))

    def value(
        output: Any,
        target: Any = None,
        scale: int | None = None,
        *,
        data_range: DataRange | None = None,
    ) -> float:
        """Return the value of one output; a no-reference metric needs no target."""
        if scale is None:
            require_no_scale([bound], "scale=4")
        ratio: Any = 1 if scale is None else checked_scale(scale)
        image = as_image(output, "output", data_range)
        return bound(
            image, None if target is None else as_image(target, "target", data_range), ratio
        )

    return value
