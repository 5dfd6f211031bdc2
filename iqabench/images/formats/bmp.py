"""The BMP format: pixels of 16, 24 and 32 bits by their masks, all others by Pillow.

A value q of n bits counts as 255 q / (2^n - 1), rounded; other programs fill the lower bits with zeros, or
cut what is behind the point.
"""

import struct
from typing import NamedTuple

import numpy as np

from iqabench.images.formats import with_pillow
from iqabench.images.formats.header import Header, UnreadableError, require_data
from iqabench.images.pixels import Pixels

_PLAIN, _BIT_FIELDS, _ALPHA_FIELDS = 0, 3, 6
_TRUE_COLOUR = (0xFF0000, 0x00FF00, 0x0000FF)
_RGB = {16: (0x7C00, 0x03E0, 0x001F), 24: _TRUE_COLOUR, 32: _TRUE_COLOUR}
"""The masks of red, green and blue where the file states none."""


class _MaskedPixels(NamedTuple):
    """The place and the meaning of the pixels."""

    start: int
    width: int
    height: int
    bits: int
    top_down: bool
    masks: tuple[int, ...]
    """The masks of red, green and blue, and of alpha where there is one."""


def inspect(content: bytes, page: int) -> Header:
    """Return the header of a BMP."""
    layout = _layout(content)
    if layout is None:
        return with_pillow.inspect("BMP", content, page)
    row = layout.width * layout.bits // 8
    words = f"{layout.width}x{layout.height} pixels"
    require_data(row * layout.height, len(content) - layout.start, words)
    alpha = len(layout.masks) == 4
    return Header(
        "BMP",
        layout.width,
        layout.height,
        len(layout.masks),
        alpha="straight" if alpha else "",
        page=page,
        colours=with_pillow.profile_of_bmp(content),
        is_new_meaning=layout.bits == 16,
        details=layout,
    )


def decode(content: bytes, header: Header) -> Pixels:
    """Return the pixels of a BMP."""
    layout = header.details
    if not isinstance(layout, _MaskedPixels):
        return with_pillow.decode(content, header)
    row = -(-layout.width * layout.bits // 32) * 4
    stored = content[layout.start : layout.start + row * layout.height]
    rows = np.frombuffer(stored.ljust(row * layout.height, b"\0"), np.uint8)
    rows = rows.reshape(layout.height, row)[:: 1 if layout.top_down else -1]
    if layout.bits >= 24 and layout.masks == _TRUE_COLOUR:
        size = layout.bits // 8
        true = rows[:, : layout.width * size].reshape(layout.height, layout.width, size)
        return true[:, :, 2::-1]
    values = np.ascontiguousarray(rows).view(f"<u{layout.bits // 8}")[:, : layout.width]
    return np.stack([_channel(values, mask) for mask in layout.masks], axis=2)


def _layout(content: bytes) -> _MaskedPixels | None:
    """Return the layout of an uncompressed BMP of 16, 24 or 32 bits; None for all others."""
    start, size = struct.unpack_from("<II", content, 10)
    if size < 40:
        return None
    width, height, _, bits, packing = struct.unpack_from("<iiHHI", content, 18)
    fields = () if bits == 24 else (_BIT_FIELDS, _ALPHA_FIELDS)
    if bits not in _RGB or packing not in (_PLAIN, *fields):
        return None
    if width < 1 or height == 0:
        raise UnreadableError("is damaged: it declares no pixels.")
    masks: tuple[int, ...] = _RGB[bits]
    if packing != _PLAIN:
        count = 4 if size >= 56 or packing == _ALPHA_FIELDS else 3
        masks = struct.unpack_from(f"<{count}I", content, 54)
        masks = masks if masks[-1] else masks[:-1]
    if len(masks) not in (3, 4) or not all(_is_mask(mask) for mask in masks):
        raise UnreadableError("is damaged: the masks of its colours are not runs of bits.")
    if any(mask // (mask & -mask) > 255 for mask in masks[:3]):
        raise UnreadableError(
            "has more than 8 bits a channel; convert it to a PNG of 8 or 16 bits."
        )
    return _MaskedPixels(start, width, abs(height), bits, height < 0, masks)


def _is_mask(mask: int) -> bool:
    """Return whether a mask is one run of at most 16 bits."""
    low = mask & -mask
    return bool(mask) and ((mask // low) & (mask // low + 1)) == 0 and mask // low < 1 << 16


def _channel(values: Pixels, mask: int) -> Pixels:
    low = mask & -mask
    levels = np.rint(np.arange(mask // low + 1) * 255 / (mask // low)).astype(np.uint8)
    channel: Pixels = levels[(values & np.uint32(mask)) // np.uint32(low)]
    return channel
