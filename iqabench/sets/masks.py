"""Masks of samples: 0 outside and 255 inside, whatever their files call inside."""

import numpy as np

from iqabench.errors import SetError
from iqabench.images import Part
from iqabench.sets.facts import White


def binary_mask(mask: Part, what: str, white: White = "inside") -> Part:
    """Return a mask with 0 outside and 255 inside; `what` names it in messages.

    Shapes: (T, H, W, C), equal channels, to (T, H, W, 1), uint8.
    Raises: SetError when it is not binary or its channels differ.
    """
    if (mask != mask[..., :1]).any():
        raise SetError(
            f"{what} has {mask.shape[3]} channels that differ; expected a grey image of two values."
        )
    plane = mask[..., :1]
    high = 1 if plane.max() == 1 else 255
    strange = (plane != 0) & (plane != high)
    if strange.any():
        example = int(plane[strange][0])
        raise SetError(
            f"{what} is not binary: {int(strange.sum())} of {plane.size} pixels are neither 0 nor {high}, "
            f"such as {example}. Threshold it, and keep it as PNG: JPEG changes the values along edges."
        )
    return np.where((plane != 0) == (white == "inside"), np.uint8(255), np.uint8(0))


def require_inside(mask: Part, source: Part, target: Part, name: str) -> None:
    """Check that a mask marks the pixels in which the input differs from the target, not all others.

    Raises: SetError when it marks only pixels that are equal while others differ.
    """
    differs = (source != target).any(axis=3)
    inside = np.broadcast_to(mask[..., 0] > 0, differs.shape)
    if inside.any() and differs.any() and not differs[inside].any():
        raise SetError(
            f"the mask of '{name}' marks pixels that are known: there the input equals the target, and "
            "elsewhere it differs. Masks are white (255) in the hole: invert the mask."
        )
