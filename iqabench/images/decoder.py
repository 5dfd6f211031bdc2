"""The decoder of a lossy file: library and version, for records.

Decoders of the same format may differ in the last digits of a pixel, some by more: where images are JPEG, a
figure depends on the one that read them.
"""

import re
from functools import cache
from pathlib import Path

import PIL
import simplejpeg

_JPEG = b"\xff\xd8\xff"
_OTHERS = re.compile(
    rb"RIFF....WEBP|....ftyp(avi|hei|hev|mif|msf)|\0\0\0\x0cjP  |\xff\x4f\xff\x51", re.DOTALL
)
"""The first bytes of files of other lossy formats: WebP, AVIF, HEIF, JPEG 2000."""
_LONGEST = 16
"""The number of bytes by which a format is known."""
_INSIDE = re.compile(rb"libjpeg-turbo version (\d+(\.\d+)+)")


def decoder_of(path: Path) -> str:
    """Return library and version of the decoder that reads a file of a lossy format here.

    The result is empty for files without loss, and for one that cannot be read.
    """
    try:
        with path.open("rb") as file:
            begin = file.read(_LONGEST)
    except OSError:
        return ""
    if begin.startswith(_JPEG):
        return jpeg_decoder()
    return f"Pillow {PIL.__version__}" if _OTHERS.match(begin) else ""


def joined_decoders(*decoders: str) -> str:
    """Return the decoders of several files as one text, each once."""
    return ", ".join(dict.fromkeys(filter(None, decoders)))


@cache
def jpeg_decoder() -> str:
    """Return library and version of the decoder of JPEG files: simplejpeg 1.9.0 (libjpeg-turbo 3.1.2)."""
    programs = Path(simplejpeg.__file__).parent.glob("_jpeg*")  # it tells its version nowhere else
    found = next(filter(None, (_INSIDE.search(path.read_bytes()) for path in programs)), None)
    inside = f" (libjpeg-turbo {found[1].decode()})" if found else ""
    return f"simplejpeg {simplejpeg.__version__}{inside}"
