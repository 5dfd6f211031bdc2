"""Compositing: only the pixels inside a mask are taken from an output."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import SetError
from iqabench.images import Part


def composite(output: NDArray[Any], source: NDArray[Any], mask: NDArray[np.uint8]) -> NDArray[Any]:
    """Return the output inside the mask, and the input, bit for bit, outside.

    Shapes: output and input (..., H, W, C), mask (..., H, W, 1), 0 outside.
    """
    return np.where(mask > 0, output, source.astype(output.dtype, copy=False))


def composite_part(output: Part, parts: Mapping[str, Part], name: str) -> Part:
    """Return the output of a sample inside its mask, and its input outside.

    Raises: SetError when the sample lacks a mask, or its frames have another size than the output's.
    """
    if "mask" not in parts:
        raise SetError(f"the sample '{name}' has no mask, so its output cannot be completed.")
    source, mask = parts["input"], parts["mask"]
    if not output.shape[1:3] == source.shape[1:3] == mask.shape[1:3]:
        sizes = ", ".join(
            f"{what} {part.shape[2]}x{part.shape[1]}"
            for what, part in (("output", output), ("input", source), ("mask", mask))
        )
        raise SetError(f"the parts of '{name}' differ in size ({sizes}); expected one size.")
    return composite(output, source, mask)
