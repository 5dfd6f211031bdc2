"""The restoration of one image by one model: padding, tiling, and checks of the output."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from iqabench.errors import ModelError
from iqabench.images import Image
from iqabench.models.core.card import Card
from iqabench.models.core.fixed_size import Size, forward_fixed
from iqabench.models.core.model import Model
from iqabench.models.core.restore_luma import restore_luma
from iqabench.models.core.size_hint import size_hint
from iqabench.tasks import scale_side, scale_text

OVERLAP = 32
"""The least number of input pixels that neighbouring tiles share on every side.

For networks with a small receptive field, tiles change PSNR by less than 0.0001 dB. Attention that pools over
the image (`whole_image` on the card) sees less of it in tiles, whatever the overlap.
"""
_WINDOW = 16
"""The number that tiles begin at a multiple of, so that windows of attention keep their places."""
_SMALLEST_TILE = 32
_FIRST_TILE = 512


@dataclass(frozen=True)
class RestoredImage:
    """An output, with the tiles that it was made in."""

    image: Image
    """The output (s H, s W, C): float in units of 0..255, neither clipped nor rounded."""
    tile: int
    """The side of the tiles in input pixels; 0 is the whole image."""
    tile_note: str
    """The reason for tiles that nobody asked for; empty without one."""


def restore(model: Model, image: Image, tile: int = 0) -> RestoredImage:
    """Restore one image; a model of luma gets the luma of a colour image (`restore_luma`).

    When memory runs out, the image is cut into smaller and smaller overlapping tiles; the result names them.

    Raises: ModelError when the model does not take such images, returns NaN or another size, or runs
        out of memory on the smallest tile.
    """
    if model.card.channels != "y":
        return _restore(model, image, tile)
    ways: list[RestoredImage] = []

    def restore_plane(plane: Image) -> Image:
        ways.append(_restore(model, plane, tile))
        return ways[0].image

    restored = restore_luma(image, model.card.scale, restore_plane)
    return replace(ways[0], image=restored)


def _restore(model: Model, image: Image, tile: int) -> RestoredImage:
    batch = _to_batch(model, image)
    if model.fixed_size is not None:
        return _restore_fixed(model, image, batch, model.fixed_size)
    note = ""
    while True:
        try:
            with torch.inference_mode():
                output = (
                    _forward_tiles(model, batch, tile) if tile else _forward_padded(model, batch)
                )
            break
        except Exception as error:
            if not is_out_of_memory(error):
                _explain(model, image, tile, error)
                raise
            tile = _smaller_tile(tile, max(image.shape[:2]), model, error)
            note = f"out of memory: tiles of {tile}"
            if model.card.whole_image:
                note += ", which change what its attention sees"
        if model.device.type == "cuda":
            torch.cuda.empty_cache()
    return RestoredImage(_to_image(model, image, output), tile, note)


def _restore_fixed(model: Model, image: Image, batch: Tensor, size: Size) -> RestoredImage:
    """Restore an image with a model that takes one size: in tiles of that size, whatever was asked for."""
    with torch.inference_mode():
        output = forward_fixed(model.forward, batch, size, model.card.whole_scale)
    height, width = size[0] or image.shape[0], size[1] or image.shape[1]
    is_whole = image.shape[:2] == (height, width)
    note = "" if is_whole else f"tiles of {width}x{height}, the only size that it takes"
    return RestoredImage(_to_image(model, image, output), 0, note)


def _explain(model: Model, image: Image, tile: int, error: Exception) -> None:
    """Raise ModelError with sizes that the network takes, when it failed because of the image's size."""
    height, width = image.shape[:2]
    hint = "" if tile else size_hint(model, height, width)
    if hint:
        message = (str(error).splitlines() or [""])[0].rstrip(".")
        raise ModelError(
            f"'{model.card.id}' failed on an input of {width}x{height}: {message}.{hint}"
        ) from error


def _to_batch(model: Model, image: Image) -> Tensor:
    """Return an image as a batch (1, C, H, W) on the model's device; float64 pixels stay float64."""
    channels = int(image.shape[2]) if model.card.channels == "any" else model.card.planes
    if channels == 1 and image.shape[2] == 3:
        raise ModelError(
            f"'{model.card.id}' restores grey images; this image has three channels. For a network of luma "
            "type --channels y, or write channels: y on its card: chroma is enlarged by interpolation."
        )
    pixels = np.repeat(image, channels, axis=2) if image.shape[2] < channels else image
    pixels = pixels if pixels.dtype == np.float64 else pixels.astype(np.float32)
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1))[None]
    return torch.from_numpy(planes).to(model.device)


def _forward_padded(model: Model, batch: Tensor) -> Tensor:
    """Restore a batch that is padded by reflection to the sizes that the model needs; crop the output."""
    card = model.card
    height, width = batch.shape[2:]
    rows = _reflection(height, _padded_size(height, card), batch.device)
    columns = _reflection(width, _padded_size(width, card), batch.device)
    if rows is not None:
        batch = batch.index_select(2, rows)
    if columns is not None:
        batch = batch.index_select(3, columns)
    output = model.forward(batch)
    if rows is None and columns is None:
        return output
    return output[:, :, : scale_side(height, card.scale), : scale_side(width, card.scale)]


def _padded_size(size: int, card: Card) -> int:
    return -(-max(size, card.min_size) // card.size_multiple) * card.size_multiple


def _reflection(size: int, padded_size: int, device: torch.device) -> Tensor | None:
    """Return indices that continue 0..size-1 by reflection; None when nothing is added."""
    if padded_size == size:
        return None
    period = max(2 * (size - 1), 1)
    index = torch.arange(padded_size, device=device) % period
    return torch.where(index < size, index, period - index).clamp(0, size - 1)


def _forward_tiles(model: Model, batch: Tensor, tile: int) -> Tensor:
    """Restore a batch tile by tile."""
    scale = model.card.whole_scale  # at a fraction the edges of tiles would lie between pixels
    _, _, height, width = batch.shape
    output: Tensor | None = None
    for top, bottom, from_row, to_row in _spans(height, tile):
        for left, right, from_column, to_column in _spans(width, tile):
            part = _forward_padded(model, batch[:, :, from_row:to_row, from_column:to_column])
            if output is None:
                shape = (1, part.shape[1], height * scale, width * scale)
                output = torch.empty(shape, dtype=part.dtype)
            y, x = (top - from_row) * scale, (left - from_column) * scale
            rows, columns = (bottom - top) * scale, (right - left) * scale
            output[:, :, top * scale : bottom * scale, left * scale : right * scale] = part[
                :, :, y : y + rows, x : x + columns
            ].cpu()
    assert output is not None
    return output


def _spans(size: int, tile: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the start and the end of each tile without and with the overlap around it."""
    for start in range(0, size, tile):
        end = min(start + tile, size)
        begin = max(start - OVERLAP, 0) // _WINDOW * _WINDOW
        yield start, end, begin, min(end + OVERLAP, size)


def _to_image(model: Model, image: Image, output: Tensor) -> Image:
    """Return the output of an image as an array.

    Raises: ModelError when it has another size, NaN or infinite values.
    """
    scale = model.card.scale
    expected = (scale_side(image.shape[0], scale), scale_side(image.shape[1], scale))
    if output.ndim != 4 or tuple(output.shape[2:]) != expected or output.shape[1] not in (1, 3):
        raise ModelError(
            f"'{model.card.id}' returned the shape {tuple(output.shape)} for an input of "
            f"{image.shape[1]}x{image.shape[0]}; expected {expected[1]}x{expected[0]} (x{scale_text(scale)})."
            f"{size_hint(model, *image.shape[:2])}"
        )
    pixels = output[0].permute(1, 2, 0).contiguous().cpu().numpy()
    suspect = not np.isfinite(pixels.sum(dtype=np.float64))  # one sum is cheaper than a mask
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
    """Return whether an error means that memory ran out, in the words of any library."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    message = str(error)
    return "can't allocate memory" in message or "out of memory" in message.lower()


def _smaller_tile(tile: int, side: int, model: Model, error: BaseException) -> int:
    smaller = tile // 2 if tile else min(_FIRST_TILE, side // 2)
    if smaller < _SMALLEST_TILE:
        raise ModelError(
            f"'{model.card.id}' runs out of memory even on tiles of {max(tile, _SMALLEST_TILE)} pixels."
        ) from error
    return smaller
