"""The format of a file, by its first bytes."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from iqabench.images.formats import bmp, jpeg, netpbm, png, tiff, with_pillow
from iqabench.images.formats.header import Header, UnreadableError
from iqabench.images.pixels import Pixels


class Format(NamedTuple):
    """The functions of a format."""

    inspect: Callable[[bytes, int], Header]
    decode: Callable[[bytes, Header], Pixels]


_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_NAMED: dict[bytes, str] = {
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL \r\n\x87\n": "JPEG XL",
    b"\x76\x2f\x31\x01": "OpenEXR",
    b"#?RADIANCE": "Radiance HDR",
    b"#?RGBE": "Radiance HDR",
    b"PF\n": "PFM",
    b"Pf\n": "PFM",
    b"8BPS": "Photoshop",
    b"DDS ": "DirectDraw surface",
    b"%PDF": "PDF",
    b"%!PS": "PostScript",
    b"II\xbc\x01": "JPEG XR",
    b"II\x1a\0\0\0HEAPCCDR": "Canon raw",
    b"FUJIFILMCCD-RAW": "Fujifilm raw",
    b"IIRO": "Olympus raw",
    b"IIU\0": "Panasonic raw",
    b"SIMPLE  =": "FITS",
    b"\xd7\xcd\xc6\x9a": "Windows metafile",
}
"""Images that are recognised and not read."""
_PILLOW: dict[bytes, str] = {
    b"GIF8": "GIF",
    b"\0\0\0\x0cjP  \r\n\x87\n": "JPEG2000",
    b"\xff\x4f\xff\x51": "JPEG2000",
    b"qoif": "QOI",
    b"\x01\xda": "SGI",
    b"\0\0\x01\0": "ICO",
    b"\x59\xa6\x6a\x95": "SUN",
}


def format_of(content: bytes) -> Format:
    """Return the format of a file.

    Raises: UnreadableError for content that is no image, or one of a kind that is not read.
    """
    if content.startswith(png.SIGNATURE):
        return Format(png.inspect, png.decode)
    if content.startswith(jpeg.SIGNATURE):
        return Format(jpeg.inspect, jpeg.decode)
    if content.startswith(tiff.SIGNATURES):
        return Format(tiff.inspect, tiff.decode)
    if content.startswith(b"BM"):
        return Format(bmp.inspect, bmp.decode)
    if netpbm.MAGIC.match(content):
        return Format(netpbm.inspect, netpbm.decode)
    kind = _kind(content)
    if kind:
        return Format(partial(with_pillow.inspect, kind), with_pillow.decode)
    for start, name in _NAMED.items():
        if content.startswith(start):
            raise UnreadableError(
                f"is a file of the kind {name}, which is not read; convert it to PNG or TIFF, and say how in "
                "your paper."
            )
    raise UnreadableError(f"is not an image that can be read{_what(content)}.")


def _kind(content: bytes) -> str:
    """Return the name of Pillow's plugin for the content; empty where there is none."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        brands = content[8 : 8 + min(64, int.from_bytes(content[:4], "big"))]
        if b"avif" in brands or b"avis" in brands:
            return "AVIF"
        return "HEIF" if any(brand in brands for brand in _HEIF_BRANDS) else ""
    if content[-18:].startswith(b"TRUEVISION-XFILE."):
        return "TGA"
    return next((kind for start, kind in _PILLOW.items() if content.startswith(start)), "")


def _what(content: bytes) -> str:
    """Return a remark on content that is no image: a page, a pointer or a text."""
    start = content[:256].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return " (it is an HTML page: was a download refused?)"
    if start.startswith(b"version https://git-lfs"):
        return " (it is a pointer of git-lfs: fetch the file itself with 'git lfs pull')"
    if start.startswith((b"<svg", b"<?xml")):
        return " (it is a drawing or another XML file)"
    if not any(content):
        return f" (its {len(content)} bytes are all zero)"
    return ""
