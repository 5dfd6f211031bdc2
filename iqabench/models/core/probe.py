"""The channels and the scale of a network without a description, measured with a test image."""

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

import torch
from torch import Tensor

from iqabench.errors import ModelError
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.output import image_in

Channels = Literal["rgb", "grey"]
_CHANNELS: dict[Channels, str] = {"rgb": "three channels", "grey": "one channel"}
_NUMBERS: dict[Channels, int] = {"rgb": 3, "grey": 1}
_LARGER = (128, 256)
"""The sizes that are tried when a network takes no image of the usual size."""


def probe(
    forward: Callable[[Tensor], object],
    name: str,
    size: int = 64,
    convention: CallingConvention = AS_FOUND,
) -> tuple[int, Channels]:
    """Return the scale and the channels of a network; it is run on a small smooth image in its range.

    Raises: ModelError when it takes neither three channels nor one, or does not return an image.
    """
    multiple = convention.multiple or 1
    side = -(-size // multiple) * multiple
    kinds: tuple[Channels, ...] = ("grey",) if convention.channels == "y" else ("rgb", "grey")
    reasons = []
    for kind in kinds:
        try:
            output = _run(forward, kind, side, convention)
        except Exception as error:  # noqa: BLE001 - the code is the user's; the message has the reason
            message = (str(error).splitlines() or [""])[0]
            reasons.append(f"with {_CHANNELS[kind]}: {type(error).__name__}: {message}")
            continue
        image = image_in(output, convention.output, name)
        return _scale(image, _NUMBERS[kind], side, name), kind
    raise ModelError(
        f"{name} takes no image of {side}x{side}; {'; '.join(reasons)}."
        f"{_way_out(forward, kinds, side, convention)}"
    )


def _run(
    forward: Callable[[Tensor], object], kind: Channels, side: int, convention: CallingConvention
) -> object:
    row = torch.linspace(0.1, 0.9, side)
    plane = (row[:, None] + row[None, :]) / 2 * (convention.range or 1)
    with torch.inference_mode():
        return forward(plane.expand(1, _NUMBERS[kind], side, side).contiguous())


def _way_out(
    forward: Callable[[Tensor], object],
    kinds: tuple[Channels, ...],
    side: int,
    convention: CallingConvention,
) -> str:
    """Return a sentence that names a larger size which the network takes, or what it expects; or no text."""
    for larger in (size for size in _LARGER if size > side):
        for kind in kinds:
            try:
                _run(forward, kind, larger, convention)
            except Exception:  # noqa: BLE001, S112 - it does not take this size either
                continue
            return (
                f" It takes {larger}x{larger}: type --multiple {larger}, which pads images to multiples of "
                f"{larger} and crops the outputs."
            )
    return " Expected a network that takes one batch of images (N, C, H, W) of float32."


def _scale(image: Tensor, channels: int, side: int, name: str) -> int:
    shape = tuple(image.shape)
    if len(shape) != 4 or shape[:2] != (1, channels) or not shape[2] or not shape[3]:
        raise ModelError(
            f"{name} turned an image of the shape {(1, channels, side, side)} into {shape}; expected the "
            "same number of channels, (N, C, H, W)."
        )
    if shape[2] != shape[3] or shape[2] % side:
        raise ModelError(
            f"{name} turned an image of {side}x{side} into {shape[3]}x{shape[2]}, which is "
            f"{_ratio(shape[3], side)} of the width and {_ratio(shape[2], side)} of the height; expected one "
            "integer scale for both. A network whose convolutions lose the border needs padding."
        )
    return shape[2] // side


def _ratio(length: int, side: int) -> str:
    """Return a ratio of sizes, as in x3/2."""
    ratio = Fraction(length, side)
    return f"x{ratio}" if ratio.denominator <= 16 else f"x{float(ratio):.3f}"
