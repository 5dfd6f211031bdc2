"""The sizes that a network takes, found by trial after an image failed, so that the message can name them."""

from collections.abc import Iterator

import torch
from torch import Tensor

from iqabench.models.core.model import Model
from iqabench.tasks import scale_side

_DESCRIBED_BY_NOBODY = ("file", "factory", "script")
"""Loaders of models that the user brings and whose sizes no card states."""
_MULTIPLES = (2, 4, 8, 16, 32, 64, 128)
_LARGEST = 256
"""The side of the largest image that is tried."""


def size_hint(model: Model, height: int, width: int) -> str:
    """Return a sentence about sizes that a model takes, after it failed on an image of another; or no text.

    Multiples are tried first, because sides that are multiples of a number are a need that padding serves.
    There is no text when the model takes another image of that size: it did not fail because of the size.
    """
    if model.card.loader not in _DESCRIBED_BY_NOBODY:
        return ""
    known = model.card.size_multiple
    padded = (-(-max(side, model.card.min_size) // known) * known for side in (height, width))
    if _takes(model, *padded):
        return ""
    for multiple in (m for m in _MULTIPLES if m % known == 0 and (height % m or width % m)):
        rows, columns = (-(-side // multiple) * multiple for side in (height, width))
        if max(rows, columns) <= _LARGEST and _takes(model, rows, columns):
            if _takes(model, rows + known, columns + known):
                break  # the image was too small, not too uneven
            return (
                f" It takes {columns}x{rows}. Type --multiple {multiple}: images are padded to multiples "
                f"of {multiple}, and outputs cropped."
            )
    least = _least_side(model, min(height, width))
    if least is None:
        return ""
    return (
        f" The smallest image that it takes is {least}x{least}. Type --multiple {least}, or write min_size: "
        f"{least} on a card: images are padded by reflection, and outputs cropped."
    )


def _least_side(model: Model, side: int) -> int | None:
    """Return the least side of a square that a model takes which failed at `side`; None for none."""
    step = model.card.size_multiple

    def fits(count: int) -> bool:
        return _takes(model, count * step, count * step)

    low = min(-(-side // step), _LARGEST // step)
    high = next((count for count in _doubled(low, _LARGEST // step) if fits(count)), None)
    if high is None:
        return None
    low = min(low, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high * step


def _doubled(count: int, most: int) -> Iterator[int]:
    while count < most:
        count = min(2 * count, most)
        yield count


def _takes(model: Model, height: int, width: int) -> bool:
    """Return whether a model restores an image of this size to the size that its scale says."""
    batch = torch.full((1, model.card.planes, height, width), 127.5, device=model.device)
    try:
        with torch.inference_mode():
            output: Tensor = model.forward(batch)
    except Exception:  # noqa: BLE001 - the code is the user's
        return False
    scale = model.card.scale
    return tuple(output.shape[2:]) == (scale_side(height, scale), scale_side(width, scale))
