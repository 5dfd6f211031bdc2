"""The trial of a network at a second size: a traced program may hold numbers of the one size it was traced
at.
"""

import warnings
from collections.abc import Callable

import torch
from torch import Tensor

from iqabench.errors import IqabenchWarning, ModelError

_SIDE = 64
_WAY_OUT = "export it with sizes that may change (torch.jit.script, or dynamic axes)"
_MARGIN = 24
"""The pixels between the compared ones and the edge at which the smaller image was cut."""
_LARGEST_DIFFERENCE = 0.008
"""The mean difference that may come from the cut: two of 255 levels. IMDN's attention makes 1.1."""


def check_second_size(
    forward: Callable[[Tensor], Tensor], name: str, channels: int, scale: int
) -> None:
    """Compare what a network makes of an image with what it makes of the left half only.

    Far from the cut both are nearly the same for any network that looks at the neighbourhood of a pixel. A
    warning tells of a difference: attention over the whole image may cause it, too.

    Units: `forward` takes and gives values in 0..1.
    Raises: ModelError when the network returns another size, NaN or infinite values at one of the sizes.
    """
    image = _image(channels)
    outputs = [_output(forward, name, image[..., :width], scale) for width in (_SIDE, 2 * _SIDE)]
    inner = slice(0, (_SIDE - _MARGIN) * scale)
    difference = (outputs[0][..., inner] - outputs[1][..., inner]).abs().mean().item()
    if difference > _LARGEST_DIFFERENCE:
        warnings.warn(
            f"{name} gives other pixels at {_SIDE}x{_SIDE} than in the same place of a larger image, by "
            f"{255 * difference:.1f} of 255 levels on average. If it was traced at one size, numbers of that "
            f"size are in it, and its figures are wrong: {_WAY_OUT}. Attention over the whole image may be "
            "the reason, too.",
            IqabenchWarning,
            stacklevel=2,
        )


def _output(forward: Callable[[Tensor], Tensor], name: str, image: Tensor, scale: int) -> Tensor:
    """Return the output for one image, checked."""
    size = f"{image.shape[3]}x{image.shape[2]}"
    try:
        with torch.inference_mode():
            output = forward(image.contiguous()).float()
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        raise ModelError(
            f"{name} takes images of {_SIDE}x{_SIDE} and failed on one of {size}: {reason} If it holds the "
            f"size at which it was exported, {_WAY_OUT}; if it needs larger multiples, type --multiple."
        ) from error
    expected = (image.shape[2] * scale, image.shape[3] * scale)
    if tuple(output.shape[2:]) != expected:
        raise ModelError(
            f"{name} turned an image of {size} into {output.shape[3]}x{output.shape[2]}; expected "
            f"{expected[1]}x{expected[0]}, because it scales {_SIDE}x{_SIDE} by {scale}. It holds the "
            f"size at which it was exported: {_WAY_OUT}."
        )
    if not torch.isfinite(output).all():
        raise ModelError(
            f"{name} returned NaN or infinite values for a smooth image of {size}. Its weights are damaged, "
            "or it was exported in a precision that is too low."
        )
    return output


def _image(channels: int) -> Tensor:
    """Return a textured image (1, C, 64, 128) in 0..1 whose right half mirrors the left one.

    So means over the whole image are those of its half, and honest attention over the image sees the same.
    """
    rows, columns = torch.arange(_SIDE)[:, None], torch.arange(_SIDE)[None, :]
    waves = torch.sin(0.14 * columns + 2) * torch.cos(0.11 * rows + 1)
    texture = torch.sin(1.7 * columns + 0.9 * rows) * torch.sin(0.8 * columns - 1.3 * rows)
    half = 0.5 + 0.25 * waves + 0.15 * texture
    return torch.cat([half, half.flip(1)], 1).expand(1, channels, _SIDE, 2 * _SIDE).contiguous()
