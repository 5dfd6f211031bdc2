"""The netpbm formats PBM, PGM, PPM and PAM, with any maximum: a value q counts as q / maxval.

With a maximum up to 255 the pixels are rint(255 q / maxval), as netpbm's own programs and Pillow
compute them; with a larger one they are rint(65535 q / maxval), of 16 bits.
"""

import re
from typing import NamedTuple

import numpy as np

from iqabench.images.formats.header import Header, UnreadableError, require_data
from iqabench.images.pixels import Pixels

MAGIC = re.compile(rb"P[1-6][ \t\r\n\v\f#]|P7[ \t]*[\r\n]")
_COMMENT = re.compile(rb"#[^\r\n]*")
_TOKEN = re.compile(rb"(?:[ \t\r\n\v\f]|#[^\r\n]*)+([0-9]{1,9})(?![0-9])")
_LONGEST_HEADER = 1 << 16
_ALPHA = b"_ALPHA"


class _Raster(NamedTuple):
    """The place and the kind of the values."""

    start: int
    ascii: bool
    bitmap: bool
    maximum: int


def inspect(content: bytes, page: int) -> Header:
    """Return the header of a netpbm file."""
    kind = content[1] - ord("0")
    if kind == 7:
        width, height, bands, alpha, raster = _inspect_pam(content)
    else:
        width, height, raster = _inspect_pnm(content, kind)
        bands, alpha = (3 if kind in (3, 6) else 1), False
    if not width or not height or not 1 <= raster.maximum <= 65_535:
        raise UnreadableError(
            f"is damaged: it declares {width}x{height} pixels and the maximum {raster.maximum}; expected "
            "a size of at least 1x1 and a maximum from 1 to 65535."
        )
    size = _raster_size(width, height, bands, raster)
    require_data(size, len(content) - raster.start, f"{width}x{height} pixels")
    deep = raster.maximum > 255
    more = not raster.ascii and MAGIC.match(content[raster.start + size :].lstrip())
    return Header(
        {1: "PBM", 4: "PBM", 2: "PGM", 5: "PGM", 3: "PPM", 6: "PPM", 7: "PAM"}[kind],
        width,
        height,
        bands,
        "uint16" if deep else "uint8",
        max(1, raster.maximum.bit_length()),
        "straight" if alpha else "",
        pages=2 if more else 1,
        page=page,
        page_word="images or more",
        is_new_meaning=raster.maximum not in (1, 255, 65_535) or bool(more),
        details=raster,
    )


def decode(content: bytes, header: Header) -> Pixels:
    """Return the pixels of a netpbm file."""
    raster: _Raster = header.details
    if header.page:
        raise UnreadableError(
            "holds several images, of which only the first is read; split it first."
        )
    values = _ascii(content, header, raster) if raster.ascii else _binary(content, header, raster)
    if int(values.max()) > raster.maximum:
        raise UnreadableError(
            f"is damaged: it holds the value {int(values.max())}, above its maximum {raster.maximum}."
        )
    white = 65_535 if header.sample == "uint16" else 255
    if raster.maximum == white:
        pixels: Pixels = values.astype(header.sample, copy=False)
    else:
        levels = np.rint(np.arange(raster.maximum + 1) * white / raster.maximum)
        pixels = levels.astype(header.sample)[values]
    return (white - pixels if raster.bitmap else pixels).reshape(
        header.height, header.width, header.bands
    )


def _inspect_pnm(content: bytes, kind: int) -> tuple[int, int, _Raster]:
    bitmap = kind in (1, 4)
    numbers: list[int] = []
    position = 2
    for _ in range(2 if bitmap else 3):
        token = _TOKEN.match(content, position, position + _LONGEST_HEADER)
        if token is None:
            raise UnreadableError("is damaged: its header lacks a number.")
        numbers.append(int(token[1]))
        position = token.end()
    end = re.compile(rb"[ \t\r\n\v\f]").match(content, position)
    if end is None and kind > 3:
        raise UnreadableError("is damaged: its header is not followed by pixels.")
    start = end.end() if end else position
    return numbers[0], numbers[1], _Raster(start, kind <= 3, bitmap, 1 if bitmap else numbers[2])


def _inspect_pam(content: bytes) -> tuple[int, int, int, bool, _Raster]:
    head, mark, _ = content[:_LONGEST_HEADER].partition(b"ENDHDR\n")
    fields = {}
    for line in _COMMENT.sub(b"", head).splitlines()[1:]:
        name, _, value = line.strip().partition(b" ")
        fields[name] = value.strip()
    try:
        width, height, bands, maximum = (
            int(fields[name][:9]) for name in (b"WIDTH", b"HEIGHT", b"DEPTH", b"MAXVAL")
        )
    except (KeyError, ValueError) as error:
        raise UnreadableError("is damaged: its header lacks a number.") from error
    if not mark or min(width, height, bands) < 1:
        raise UnreadableError("is damaged: its header is not complete.")
    kind = fields.get(b"TUPLTYPE", b"").strip(b'"')
    raster = _Raster(len(head) + len(mark), False, False, maximum)
    return width, height, bands, kind.endswith(_ALPHA) and bands in (2, 4), raster


def _raster_size(width: int, height: int, bands: int, raster: _Raster) -> int:
    """Return the number of bytes of the values; of digits the least number."""
    if raster.ascii:
        count = width * height * bands
        return count if raster.bitmap else 2 * count - 1
    if raster.bitmap:
        return height * -(-width // 8)
    return width * height * bands * (2 if raster.maximum > 255 else 1)


def _binary(content: bytes, header: Header, raster: _Raster) -> Pixels:
    size = _raster_size(header.width, header.height, header.bands, raster)
    stored = np.frombuffer(content, np.uint8, size, raster.start)
    if raster.bitmap:
        return np.unpackbits(stored.reshape(header.height, -1), axis=1, count=header.width)
    return stored.view(">u2").astype(np.uint16) if raster.maximum > 255 else stored


def _ascii(content: bytes, header: Header, raster: _Raster) -> Pixels:
    text = _COMMENT.sub(b" ", content[raster.start :])
    count = header.width * header.height * header.bands
    if raster.bitmap:
        digits = np.frombuffer(b"".join(text.split()), np.uint8)[:count]
        values: Pixels = digits - np.uint8(ord("0"))
    else:
        tokens = text.split(maxsplit=count)[:count]
        if not all(token.isdigit() and len(token) < 10 for token in tokens):
            raise UnreadableError("is damaged: it holds a value that is no number.")
        values = np.array(tokens, dtype="S9").astype(np.int64)
    if len(values) < count:
        raise UnreadableError(f"is damaged: it holds {len(values)} of its {count} values.")
    return values
