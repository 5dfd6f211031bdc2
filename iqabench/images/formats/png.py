"""The PNG format: its chunks are checked and counted here; Pillow decodes 8 bits, OpenCV 16.

Decoders get only the chunks that hold pixels, palette and transparency, so that no profile or gamma changes a
value, and none is complained of on the terminal.
"""

import struct
import zlib
from typing import NamedTuple

import cv2
import numpy as np

from iqabench.images.formats import colours
from iqabench.images.formats.header import Header, UnreadableError, require_data
from iqabench.images.formats.with_pillow import decode_frame, open_as
from iqabench.images.pixels import Pixels

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""The numbers that a pixel takes, by the type of colour."""
_RATIO = 1_040
"""The best ratio of deflate, rounded up."""
_ADAM7 = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)
"""The first row and column of the passes of an interlaced image, and their steps."""


class _Chunks(NamedTuple):
    kept: bytes
    """The file without the chunks that no decoder needs."""
    data: bytes
    """The compressed pixels."""
    known: dict[bytes, bytes]
    """The other chunks by their names, the first of each."""


def inspect(content: bytes, page: int) -> Header:
    """Return the header of a PNG."""
    chunks = _read_chunks(content)
    width, height, bits, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks.known[b"IHDR"])
    if kind not in _SAMPLES or bits not in (1, 2, 4, 8, 16) or not width or not height:
        raise UnreadableError("is damaged: its header (IHDR) holds impossible values.")
    row = (width * bits * _SAMPLES[kind] + 7) // 8
    require_data(height * row / _RATIO, len(chunks.data), f"{width}x{height} pixels")
    clear = b"tRNS" in chunks.known
    bands = (1 if kind in (0, 4) else 3) + (clear or kind in (4, 6))
    return Header(
        "PNG",
        width,
        height,
        bands,
        "uint16" if bits == 16 else "uint8",
        bits,
        "straight" if clear or kind in (4, 6) else "",
        colours.orientation_of(chunks.known.get(b"eXIf", b"")),
        _frames(chunks.known),
        page,
        "frames",
        _colours(chunks.known),
        _frames(chunks.known) > 1,
        (chunks, kind, bool(interlaced)),
    )


def decode(content: bytes, header: Header) -> Pixels:
    """Return the pixels of a PNG."""
    chunks, kind, interlaced = header.details
    if header.bits == 16:
        return _deep(chunks, header, kind, interlaced=interlaced)
    source = content if header.pages > 1 else chunks.kept
    return decode_frame(open_as("PNG", source), header)


def _read_chunks(content: bytes) -> _Chunks:
    """Return the chunks of a file; each must be whole."""
    position = len(SIGNATURE)
    kept, data = [SIGNATURE], []
    known: dict[bytes, bytes] = {}
    name = b""
    while name != b"IEND":
        size, name = struct.unpack_from(">I4s", content, position)
        end = position + 12 + size
        chunk = content[position:end]
        if len(chunk) < 12 + size:
            raise UnreadableError("is damaged: it breaks off.")
        (check,) = struct.unpack(">I", chunk[-4:])
        if check != zlib.crc32(memoryview(chunk)[4:-4]):
            raise UnreadableError(f"is damaged: the checksum of its chunk {name!r} is wrong.")
        if not known and name != b"IHDR":
            raise UnreadableError("is damaged: it does not begin with its header (IHDR).")
        if name == b"IDAT":
            data.append(chunk[8:-4])
        else:
            known.setdefault(name, chunk[8:-4])
        if name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            kept.append(chunk)
        position = end
    return _Chunks(b"".join(kept), b"".join(data), known)


def _frames(known: dict[bytes, bytes]) -> int:
    return int(struct.unpack_from(">I", known[b"acTL"])[0]) if b"acTL" in known else 1


def _colours(known: dict[bytes, bytes]) -> str:
    """Return the phrase for a colour space other than sRGB; cICP comes before iCCP, sRGB and gAMA."""
    if b"cICP" in known:
        return colours.coded_phrase(*known[b"cICP"][:2])
    if b"iCCP" in known:
        name, _, rest = known[b"iCCP"].partition(b"\0")
        try:
            profile = zlib.decompressobj().decompress(rest[1:], 1 << 22)
        except zlib.error:
            return f"the damaged colour profile '{name[:60].decode('latin-1')}'"
        return colours.profile_phrase(profile)
    if b"sRGB" in known:
        return ""
    gamma = struct.unpack(">I", known[b"gAMA"])[0] if b"gAMA" in known else None
    points = struct.unpack(">8I", known[b"cHRM"]) if b"cHRM" in known else None
    return colours.gamma_phrase(gamma, points)


def _deep(chunks: _Chunks, header: Header, kind: int, *, interlaced: bool) -> Pixels:
    """Return the pixels of 16 bits, which Pillow would cut to 8."""
    if header.alpha:
        raise UnreadableError("has an alpha channel; expected grey or RGB. Flatten it first.")
    _require_rows(chunks.data, header, 2 * _SAMPLES[kind], interlaced=interlaced)
    flag = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    pixels = cv2.imdecode(np.frombuffer(chunks.kept, np.uint8), flag)
    if pixels is None:
        raise UnreadableError("is damaged.")
    return pixels[:, :, None] if pixels.ndim == 2 else pixels[:, :, ::-1]


def _require_rows(data: bytes, header: Header, size: int, *, interlaced: bool) -> None:
    """Raise UnreadableError unless the rows are whole: OpenCV would complain on the terminal."""
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    sides = [
        (-(-(header.height - y) // dy), -(-(header.width - x) // dx)) for y, x, dy, dx in passes
    ]
    rows = [(h, 1 + size * w) for h, w in sides if h > 0 and w > 0]
    total = sum(h * length for h, length in rows)
    try:
        inflater = zlib.decompressobj()
        raw = inflater.decompress(data, total + 1)
        whole = inflater.eof
    except zlib.error as error:
        raise UnreadableError(f"is damaged: its pixels cannot be unpacked ({error}).") from error
    position, filters = 0, 0
    for height, length in rows:
        filters = max(filters, *raw[position : position + height * length : length], 0)
        position += height * length
    if len(raw) != total or not whole or filters > 4:
        raise UnreadableError("is damaged: its rows of pixels are not what its header declares.")
