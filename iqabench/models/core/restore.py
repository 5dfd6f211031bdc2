"""One image through one model: padding, tiling, and a hard look at what comes back."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from iqabench.errors import ModelError
from iqabench.images import Image
from iqabench.models.core.model import Model
from iqabench.tasks import scale_text, scaled

OVERLAP = 32
"""Input pixels that neighbouring tiles share on every side: at least so many.

For networks that look near, tiles move no PSNR by 0.0001 dB. Attention that pools over the image
(`whole_image` on the card) is another matter: no overlap hides that such a network sees less of it.
"""
_WINDOW = 16
"""What tiles begin at a multiple of, so that windows of attention lie where they lay."""
_SMALLEST_TILE = 32
_FIRST_TILE = 512


@dataclass(frozen=True)
class Restored:
    """An output, and whether it had to be made in tiles."""

    image: Image
    """(s H, s W, C), float, units of 0..255, neither clipped nor rounded."""
    tile: int
    tile_note: str


def restore(model: Model, image: Image, tile: int = 0) -> Restored:
    """What the model makes of one image.

    When memory runs out the image is cut into ever smaller overlapping tiles, and the result says so.

    Raises: ModelError when the model does not take such images, returns NaN or another size, or runs
        out of memory on the smallest tile.
    """
    batch = _to_batch(model, image)
    note = ""
    while True:
        try:
            with torch.inference_mode():
                output = _tiled(model, batch, tile) if tile else _padded(model, batch)
            break
        except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            tile = _smaller(tile, max(image.shape[:2]), model, error)
            note = f"out of memory: tiles of {tile}"
            if model.card.whole_image:
                note += ", which change what its attention sees"
        if model.device.type == "cuda":
            torch.cuda.empty_cache()
    return Restored(_checked(model, image, output), tile, note)


def _to_batch(model: Model, image: Image) -> Tensor:
    """(1, C, H, W) on the model's device; float64 images stay double until the network casts them."""
    channels = {"rgb": 3, "grey": 1}.get(model.card.channels) or int(image.shape[2])
    if channels == 1 and image.shape[2] == 3:
        raise ModelError(f"'{model.card.id}' restores grey images; this one has colour.")
    pixels = np.repeat(image, channels, axis=2) if image.shape[2] < channels else image
    pixels = pixels if pixels.dtype == np.float64 else pixels.astype(np.float32)
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1))[None]
    return torch.from_numpy(planes).to(model.device)


def _padded(model: Model, batch: Tensor) -> Tensor:
    """Forward, with height and width padded by reflection to what the model needs, and cropped again."""
    card = model.card
    height, width = batch.shape[2:]
    rows = _reflected(height, _needed(height, card.min_size, card.size_multiple), batch.device)
    columns = _reflected(width, _needed(width, card.min_size, card.size_multiple), batch.device)
    if rows is not None:
        batch = batch.index_select(2, rows)
    if columns is not None:
        batch = batch.index_select(3, columns)
    output = model.forward(batch)
    if rows is None and columns is None:
        return output
    return output[:, :, : scaled(height, card.scale), : scaled(width, card.scale)]


def _needed(size: int, smallest: int, multiple: int) -> int:
    return -(-max(size, smallest) // multiple) * multiple


def _reflected(size: int, needed: int, device: torch.device) -> Tensor | None:
    """Indices that continue 0..size-1 by reflection, as often as it takes; None when nothing is added."""
    if needed == size:
        return None
    period = max(2 * (size - 1), 1)
    index = torch.arange(needed, device=device) % period
    return torch.where(index < size, index, period - index).clamp(0, size - 1)


def _tiled(model: Model, batch: Tensor, tile: int) -> Tensor:
    scale = model.card.whole_scale  # tiles of a fraction would not meet on whole pixels
    _, _, height, width = batch.shape
    whole: Tensor | None = None
    for top, bottom, from_row, to_row in _spans(height, tile):
        for left, right, from_column, to_column in _spans(width, tile):
            part = _padded(model, batch[:, :, from_row:to_row, from_column:to_column])
            if whole is None:
                shape = (1, part.shape[1], height * scale, width * scale)
                whole = torch.empty(shape, dtype=part.dtype)
            y, x = (top - from_row) * scale, (left - from_column) * scale
            rows, columns = (bottom - top) * scale, (right - left) * scale
            whole[:, :, top * scale : bottom * scale, left * scale : right * scale] = part[
                :, :, y : y + rows, x : x + columns
            ].cpu()
    assert whole is not None
    return whole


def _spans(size: int, tile: int) -> Iterator[tuple[int, int, int, int]]:
    """Start and end of each tile, then the same with the overlap around it."""
    for start in range(0, size, tile):
        end = min(start + tile, size)
        begin = max(start - OVERLAP, 0) // _WINDOW * _WINDOW
        yield start, end, begin, min(end + OVERLAP, size)


def _checked(model: Model, image: Image, output: Tensor) -> Image:
    scale = model.card.scale
    expected = (scaled(image.shape[0], scale), scaled(image.shape[1], scale))
    if output.ndim != 4 or tuple(output.shape[2:]) != expected or output.shape[1] not in (1, 3):
        raise ModelError(
            f"'{model.card.id}' returned the shape {tuple(output.shape)} for an input of "
            f"{image.shape[1]}x{image.shape[0]}; expected {expected[1]}x{expected[0]} (x{scale_text(scale)})."
        )
    pixels = output[0].permute(1, 2, 0).contiguous().cpu().numpy()
    suspect = not np.isfinite(pixels.sum(dtype=np.float64))  # cheaper than to look at each
    bad = int(pixels.size - np.isfinite(pixels).sum()) if suspect else 0
    if bad:
        raise ModelError(
            f"'{model.card.id}' returned NaN or infinite values in {bad} of {pixels.size} places"
            f"{_precision_hint(model)}."
        )
    return pixels


def _precision_hint(model: Model) -> str:
    return "; try --precision fp32 or bf16" if model.precision == "fp16" else ""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether that is what went wrong, however the library in question says so."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    said = str(error)
    return "can't allocate memory" in said or "out of memory" in said.lower()


def _smaller(tile: int, side: int, model: Model, error: BaseException) -> int:
    smaller = tile // 2 if tile else min(_FIRST_TILE, side // 2)
    if smaller < _SMALLEST_TILE:
        raise ModelError(
            f"'{model.card.id}' runs out of memory even on tiles of {max(tile, _SMALLEST_TILE)} pixels."
        ) from error
    return smaller
