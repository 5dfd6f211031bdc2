"""Formats that Pillow reads: WebP, BMP, GIF, AVIF, JPEG 2000, HEIC with a plugin, and less common ones.

Plugins are called directly, so that Pillow's own limit of pixels, which is a global, neither warns nor
refuses: `ReadOptions.max_pixels` does.
"""

import importlib.util
import io
import struct
import warnings
from threading import Lock

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageFile

from iqabench.images.formats import colours
from iqabench.images.formats.header import Header, UnreadableError
from iqabench.images.pixels import Pixels

_GREY = ("1", "L", "LA")
_COLOUR = ("RGB", "RGBX", "P", "RGBA", "PA")
_PREMULTIPLIED = ("La", "RGBa")
_DEEP = {"I": ("int32", 32), "F": ("float32", 32)}
_HEIF = "HEIF"
_TURNS = (1, 8, 3, 6)
"""The orientations of HEIF's quarter turns counter-clockwise."""
_warnings = Lock()
"""The lock of the filters of warnings, which belong to all threads."""


def open_as(kind: str, content: bytes) -> ImageFile.ImageFile:
    """Return the image that Pillow's plugin of a format makes of the content; no pixel is decoded."""
    if kind == _HEIF:
        _register_heif()
    PillowImage.preinit()  # the usual formats; the others take a tenth of a second
    if kind not in PillowImage.OPEN:
        PillowImage.init()
    if kind not in PillowImage.OPEN:
        raise UnreadableError(
            f"is a {kind} file, which Pillow was built without here; convert it to PNG."
        )
    factory = PillowImage.OPEN[kind][0]
    with _warnings, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about metadata
        return factory(io.BytesIO(content), "")


def inspect(kind: str, content: bytes, page: int) -> Header:
    """Return the header of a file in one of Pillow's formats."""
    image = open_as(kind, content)
    bits = _coded_bits(kind, content)
    pages = int(getattr(image, "n_frames", 1))
    if 0 < page < pages:
        image.seek(page)
    elif page == 0 and pages > 1:
        image.seek(0)
    mode = image.mode
    clear = "transparency" in image.info and mode not in ("RGBA", "LA", "PA")
    if bits != 8 and not mode.startswith("I"):
        raise UnreadableError(
            f"has {bits} bits a channel, which are read of PNG, TIFF and netpbm files only; expected 8. "
            "Convert it to PNG."
        )
    alpha = clear or mode in ("RGBA", "LA", "PA")
    grey = mode in _GREY
    sample, deep_bits = _sample(mode, bits)
    exif = image.info.get("exif")
    turn = _turn_of_heif(content) if kind == _HEIF else 1
    return Header(
        kind.replace("JPEG2000", "JPEG 2000"),
        *(image.size if turn in (1, 3) else image.size[::-1]),
        (1 if grey or sample != "uint8" else 3) + alpha,
        sample,
        deep_bits,
        "straight" if alpha else "",
        turn if turn > 1 else colours.orientation_of(exif if isinstance(exif, bytes) else b""),
        pages,
        page,
        "frames",
        _colours(kind, content, image),
        pages > 1,
        image,
    )


def decode(content: bytes, header: Header) -> Pixels:
    """Return the pixels of a file in one of Pillow's formats, as they are stored."""
    pixels = decode_frame(header.details, header)
    if header.format != _HEIF:
        return pixels
    return np.rot90(pixels, -_TURNS.index(_turn_of_heif(content)))  # the plugin has turned them


def decode_frame(image: PillowImage.Image, header: Header) -> Pixels:
    """Return the pixels of an opened image, in the bands that its header tells."""
    if header.page and isinstance(image, ImageFile.ImageFile):
        image.seek(header.page)
    image.load()
    if header.sample != "uint8":
        return np.atleast_3d(np.array(image))
    grey, alpha = header.colour_bands == 1, bool(header.alpha)
    if alpha:
        turned = np.array(image.convert("RGBA"))
        return turned[:, :, [0, 3]] if grey else turned
    mode = "L" if grey else "RGB"
    return np.atleast_3d(np.array(image if image.mode == mode else image.convert(mode)))


def _sample(mode: str, bits: int) -> tuple[str, int]:
    """Return the type and the bits of the numbers of one of Pillow's modes.

    Raises: UnreadableError for a mode that is neither grey nor RGB.
    """
    if mode in _GREY or mode in _COLOUR:
        return "uint8", 8
    if mode.startswith("I;16"):
        return "uint16", 16 if bits == 8 else bits
    if mode in _DEEP:
        return _DEEP[mode]
    if mode in _PREMULTIPLIED:
        raise UnreadableError(
            "has premultiplied transparency, so its colours are not those of an opaque image. "
            "Flatten it first."
        )
    raise UnreadableError(f"is {mode}; expected grey or RGB. Convert it to RGB first.")


def _coded_bits(kind: str, content: bytes) -> int:
    """Return the bits of a channel in formats whose deep images Pillow shows as if they had 8."""
    if kind == "AVIF":
        place = content.find(b"av1C")
        flags = content[place + 6] if 0 <= place < len(content) - 6 else 0
        return 12 if flags & 0x20 and flags & 0x40 else 10 if flags & 0x40 else 8
    if kind == _HEIF:
        place = content.find(b"hvcC")
        return 8 + (content[place + 4 + 17] & 7) if 0 <= place < len(content) - 21 else 8
    if kind == "JPEG2000":
        place = content.find(b"\xff\x4f\xff\x51")
        if place < 0:
            raise UnreadableError("is damaged: it holds no code stream.")
        (count,) = struct.unpack_from(">H", content, place + 40)
        sizes = {content[place + 42 + 3 * i] for i in range(min(count, 16))}
        if len(sizes) != 1 or max(sizes) & 0x80:
            raise UnreadableError(
                "has channels of several depths or of signed numbers; convert it to PNG."
            )
        return (max(sizes) & 0x7F) + 1
    return 8


def _colours(kind: str, content: bytes, image: PillowImage.Image) -> str:
    profile = image.info.get("icc_profile")
    if profile:
        return colours.profile_phrase(profile)
    if kind in ("AVIF", _HEIF):
        place = content.find(b"colrnclx")
        if 0 <= place <= len(content) - 12:
            return colours.coded_phrase(*struct.unpack_from(">HH", content, place + 8))
    return profile_of_bmp(content) if kind == "BMP" else ""


def profile_of_bmp(content: bytes) -> str:
    """Return a phrase for the colour profile of a BMP; empty where it has none."""
    if len(content) > 74 and struct.unpack_from("<I", content, 14)[0] >= 108:
        has_profile = content[70:74] in (b"DEBM", b"KNIL")  # little-endian MBED and LINK
        return "an embedded colour profile" if has_profile else ""
    return ""


def _turn_of_heif(content: bytes) -> int:
    """Return the orientation by which a HEIF file says that it is turned, which the plugin has applied."""
    place = content.find(b"irot")
    return _TURNS[content[place + 4] & 3] if 0 <= place < len(content) - 4 else 1


def _register_heif() -> None:
    if importlib.util.find_spec("pillow_heif") is None:
        raise UnreadableError(
            "is a HEIC or HEIF image; install pillow-heif to read it ('pip install pillow-heif'), or convert "
            "it to PNG."
        )
    if _HEIF not in PillowImage.OPEN:
        importlib.import_module("pillow_heif").register_heif_opener()
