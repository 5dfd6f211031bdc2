"""The channels and the scale of a network without a description, measured with a test image."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from iqabench.errors import ModelError


def probe(
    forward: Callable[[Tensor], Tensor], name: str, size: int = 64
) -> tuple[int, Literal["rgb", "grey"]]:
    """Return the scale and the channels of a network; it is run on a small smooth image in [0, 1].

    Raises: ModelError when it takes neither three channels nor one, or does not return an image.
    """
    row = torch.linspace(0.1, 0.9, size)
    plane = (row[:, None] + row[None, :]) / 2
    reasons = []
    for channels, kind in ((3, "rgb"), (1, "grey")):
        batch = plane.expand(1, channels, size, size).contiguous()
        try:
            with torch.inference_mode():
                output = forward(batch)
        except Exception as error:  # noqa: BLE001 - the code is the user's; the message has the reason
            reasons.append(
                f"{channels} channels: {type(error).__name__}: {str(error).splitlines()[:1]}"
            )
            continue
        return _scale(output, channels, size, name), "rgb" if kind == "rgb" else "grey"
    raise ModelError(f"{name} takes no image of {size}x{size}: " + "; ".join(reasons))


def _scale(output: object, channels: int, size: int, name: str) -> int:
    shape = tuple(getattr(output, "shape", ()))
    square = len(shape) == 4 and shape[:2] == (1, channels) and shape[2] == shape[3]
    if not square or shape[2] % size or not shape[2]:
        raise ModelError(
            f"{name} turned an image of the shape {(1, channels, size, size)} into {shape or type(output)}; "
            "expected the same number of channels and an integer multiple of the size."
        )
    return int(shape[2]) // size
