"""The colour space of an image file, as far as it differs from sRGB: profiles, primaries and gamma."""

import io
import struct

from PIL import ImageCms

from iqabench.images.formats import tiff_tags
from iqabench.images.formats.header import UnreadableError

_SRGB_GAMMA = 45_455
"""The gamma of sRGB as PNG states it, in units of 1/100000."""
_SRGB_POINTS = (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)
"""The white point and the primaries of sRGB as PNG states them, in units of 1/100000."""
_PRIMARIES = {1: "BT.709", 9: "BT.2020", 11: "DCI-P3", 12: "Display P3"}
_TRANSFERS = {8: "linear light", 13: "sRGB", 16: "PQ", 18: "HLG"}
_SRGB_LIKE = (1, 2, 6, 13)
"""The codes of transfer functions that pass as sRGB: BT.709, not stated, BT.601, sRGB."""


def profile_phrase(profile: bytes | None) -> str:
    """Return "the colour profile 'NAME'" for an ICC profile that is not sRGB; empty for sRGB and for none."""
    if not profile:
        return ""
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = ImageCms.getProfileDescription(opened).strip()
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return "a colour profile that is damaged"
    if "srgb" in name.lower().replace(" ", ""):
        return ""
    return f"the colour profile '{name[:60]}'" if name else "a colour profile without a name"


def gamma_phrase(gamma: int | None, points: tuple[int, ...] | None) -> str:
    """Return a phrase for a gamma, or for primaries, other than those of sRGB, both as PNG states them."""
    if gamma is not None and abs(gamma - _SRGB_GAMMA) > 1_000:
        return f"a gamma of {gamma / 100_000:.4g} (sRGB has 0.4545)"
    if points is not None and max(abs(a - b) for a, b in zip(points, _SRGB_POINTS, strict=True)) > (
        500
    ):
        return "primaries (cHRM) that are not those of sRGB"
    return ""


def coded_phrase(primaries: int, transfer: int) -> str:
    """Return a phrase for code points (ITU-T H.273) that are not those of sRGB; empty for sRGB."""
    if primaries in (1, 2, 5, 6) and transfer in _SRGB_LIKE:
        return ""
    space = _PRIMARIES.get(primaries, f"primaries {primaries}")
    return f"the colour space {space} with {_TRANSFERS.get(transfer, f'transfer {transfer}')}"


def orientation_of(exif: bytes) -> int:
    """Return the orientation tag of EXIF data, 1 where there is none or where it is damaged."""
    content = exif.removeprefix(b"Exif\0\0")
    if not content.startswith(tiff_tags.SIGNATURES):
        return 1
    try:
        first = tiff_tags.read_directories(content, most=1)
    except (UnreadableError, struct.error):
        return 1
    return valid_orientation(first[0].value(tiff_tags.ORIENTATION, 1)) if first else 1


def valid_orientation(value: object) -> int:
    """Return the value of an orientation tag; 1 for what is no such value."""
    return value if isinstance(value, int) and 1 <= value <= 8 else 1
