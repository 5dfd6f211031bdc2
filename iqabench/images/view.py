"""A protocol applied to an output and its target: the pair that a metric is given."""

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ImageError
from iqabench.images.luma import luma, luma_counts, luma_unit
from iqabench.images.pair import Pair
from iqabench.images.read import Image
from iqabench.protocol import Protocol


def view(protocol: Protocol, output: Image, target: Image, scale: int = 1) -> Pair:
    """What `protocol` compares.

    Shapes: output and target (H, W, C) in units of 0..255.
    Returns: a pair of equal shapes, (H', W', 1) or (H', W', 3).
    Raises: ImageError when sizes or channels differ, or when nothing is left after the shave. Images
        are never resized to fit.
    """
    if protocol.quantise:
        output, target = quantise(output), quantise(target)
    _require_comparable(protocol, output, target)
    border = protocol.shave(scale)
    height, width = target.shape[:2]
    if min(height, width) <= 2 * border:
        raise ImageError(
            f"an image of {_size(target)} has nothing left after protocol '{protocol.name}' shaves "
            f"{border} pixels from every side."
        )
    inner = (slice(border, height - border), slice(border, width - border))
    output, target = output[inner], target[inner]
    if protocol.channels in ("rgb", "grey"):
        channels = max(output.shape[2], target.shape[2])
        return Pair(_expand(output, channels), _expand(target, channels))
    return _luma_pair(protocol, output, target)


def quantise(image: Image) -> NDArray[np.uint8]:
    """The image clipped to 0..255 and rounded half up to 8 bits.

    Raises: ImageError when it holds NaN or infinite values.
    """
    if image.dtype == np.uint8:
        return image
    low, high = image.min(), image.max()  # NaN if there is one
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ImageError("the image holds NaN or infinite values.")
    raised = np.add(image, 0.5, dtype=np.result_type(image, np.float32))
    if low < 0 or high > 255:
        np.clip(raised, 0.5, 255.5, out=raised)
    return raised.astype(np.uint8, order="C")


def _luma_pair(protocol: Protocol, output: Image, target: Image) -> Pair:
    full = protocol.channels == "luma-full"
    if not protocol.round_luma and output.dtype == target.dtype == np.uint8:
        return Pair(luma_counts(output), luma_counts(target), *luma_unit(full=full))
    pair = [luma(image, full=full, dtype=np.float64) for image in (output, target)]
    return Pair(*(map(quantise, pair) if protocol.round_luma else pair))


def _require_comparable(protocol: Protocol, output: Image, target: Image) -> None:
    if output.shape[:2] != target.shape[:2]:
        raise ImageError(
            f"the output is {_size(output)}, its target {_size(target)}; they are never resized to fit."
        )
    if protocol.channels == "grey" and (output.shape[2], target.shape[2]) != (1, 1):
        raise ImageError(
            f"protocol '{protocol.name}' compares one-channel images; the output has "
            f"{output.shape[2]} channels, the target {target.shape[2]}."
        )


def _expand(image: Image, channels: int) -> Image:
    return np.repeat(image, channels, axis=2) if image.shape[2] < channels else image


def _size(image: Image) -> str:
    return f"{image.shape[1]}x{image.shape[0]}"
