"""A metric as a function of images in memory: `iqabench.metric`."""

from collections.abc import Callable, Mapping
from typing import Any

from iqabench.api.parts import as_image_of, as_parts, missing_parts, reads_any_depth
from iqabench.arguments import as_name
from iqabench.images import Case, DataRange
from iqabench.metrics import column, require_no_scale, scores
from iqabench.tasks import checked_scale


def metric(name: str) -> Callable[..., float]:
    """Return a column as a function: `metric("ssim@sr-y")(output, target, scale=4)`.

    The default protocol is `rgb`. The function takes numpy uint8 (H, W, C), PIL, or torch (C, H, W) in
    [0, 1], and other ranges with `data_range`, the value of white, or those of black and white: 255, (-1, 1).
    uint8 and PIL images are always 0..255. The value has no gradient. A metric of inputs needs `parts`, the
    images that the output was made from by role: `{"input": [one, other]}` for the sources of a fusion,
    `{"input": bands, "pan": pan}` for pan-sharpening, where protocols of bands take numpy arrays (H, W, C) of
    any bands, of 8 or 16 bits or float32.

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
        parts: Mapping[str, Any] | None = None,
    ) -> float:
        """Return the value of one output; a no-reference metric needs no target."""
        if scale is None:
            require_no_scale([bound], "scale=4")
        ratio: Any = 1 if scale is None else checked_scale(scale)
        any_depth = reads_any_depth([bound])
        image = as_image_of(output, "output", data_range, any_depth=any_depth)
        wanted = None
        if target is not None:
            wanted = as_image_of(target, "target", data_range, any_depth=any_depth)
        given = as_parts(parts or {}, data_range=data_range, any_depth=any_depth)
        reason = missing_parts(bound, given)
        return scores([bound], Case(image, wanted, ratio, parts=given, no_parts=reason))[0]

    return value
