"""The sizes of input and reference in AMSA: crops, zeros, and Pillow's resizing of pixels of 8 bits."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

UNIT = 32
"""The number of pixels of the output that sides are a multiple of: features have a quarter of the size, and
the coarsest of three reductions an eighth of that."""
_LEAST = 2 * UNIT
"""The least side of the output on which places can be matched."""
_SHRINKING = 0.8
"""The size of each copy of the reference by that of the one before it."""


def resized(images: Tensor, width: int, height: int) -> Tensor:
    """Return images in another size, by Pillow's bicubic resampling of pixels that are rounded to 8 bits.

    Shapes: (1, 3, H, W) to (1, 3, height, width). Range: 0..1.
    """
    pixels = (images[0].float() * 255).round().clamp(0, 255).to(torch.uint8).cpu()
    planes = [Image.fromarray(plane) for plane in np.ascontiguousarray(pixels.numpy())]
    made = [np.asarray(p.resize((width, height), Image.Resampling.BICUBIC)) for p in planes]
    return torch.from_numpy(np.stack(made)[None]).to(images) / 255


def copies(reference: Tensor, scale: int, number: int) -> list[Tensor]:
    """Return the reference and a number of smaller copies, each resized from the one before.

    Sides are cropped to a multiple of `UNIT`, those of the copies to one of `scale`.
    """
    kept = _cropped(reference, UNIT)
    made = [kept]
    height, width = (float(side) for side in kept.shape[2:])
    for _ in range(number):
        height, width = height * _SHRINKING, width * _SHRINKING
        kept = resized(kept, int(width), int(height))
        made.append(_cropped(kept, scale))
    return made


def common_size(image: Tensor, reference: Tensor, scale: int) -> tuple[int, int]:
    """Return the height and the width of the output that input and reference are padded to."""
    height, width = (
        max(-(-side * scale // UNIT) * UNIT, other, _LEAST)
        for side, other in zip(image.shape[2:], reference.shape[2:], strict=True)
    )
    return height, width


def padded(images: Tensor, height: int, width: int) -> Tensor:
    """Return images with zeros at the right and below."""
    return functional.pad(images, (0, width - images.shape[3], 0, height - images.shape[2]))


def _cropped(images: Tensor, multiple: int) -> Tensor:
    height, width = (side - side % multiple for side in images.shape[2:])
    return images[:, :, :height, :width]
