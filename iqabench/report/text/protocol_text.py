"""A protocol's facts in words, for people who read a report and not a YAML file."""

from collections.abc import Sequence
from dataclasses import dataclass

from iqabench.protocol import Protocol
from iqabench.report.data.subjects import MeasuredColumn

_CHANNELS = {
    "rgb": "Red, green and blue are compared together.",
    "grey": "One-channel images are compared as they are.",
    "luma-studio": "BT.601 luma of studio swing (16 to 235) is compared.",
    "luma-full": "BT.601 luma of full range (0 to 255) is compared.",
    "luma-cut": "Luma of studio swing in weights of 1/256, cut off to whole numbers, is compared.",
    "rgb2gray": "The luminance of MATLAB's rgb2gray, rounded to 8 bits, is compared.",
    "bands": "All bands are compared together.",
    "magnitude": "The absolute value of complex pixels is compared.",
}

_OF_COSTS = "image"
"""The protocol of columns that count what a restoration costs."""


@dataclass(frozen=True)
class ProtocolText:
    """One protocol as it was used in a table."""

    name: str
    version: int | None
    hash: str
    source: str
    sentences: tuple[str, ...]
    columns: tuple[MeasuredColumn, ...]


def protocol_text(columns: Sequence[MeasuredColumn], scale: int) -> list[ProtocolText]:
    """Return what is compared with what, in words, for each protocol of these columns."""
    found: dict[tuple[str, str], list[MeasuredColumn]] = {}
    for column in columns:
        found.setdefault((column.protocol, column.protocol_hash), []).append(column)
    return [_words(name, hashed, _once(some), scale) for (name, hashed), some in found.items()]


def _once(columns: Sequence[MeasuredColumn]) -> tuple[MeasuredColumn, ...]:
    """Return the columns, each metric once: it is the same for all outputs of a model."""
    found: dict[tuple[str, int], MeasuredColumn] = {}
    for column in columns:
        found.setdefault((column.metric, column.metric_version), column)
    return tuple(found.values())


def _words(name: str, hashed: str, columns: tuple[MeasuredColumn, ...], scale: int) -> ProtocolText:
    known = columns[0].known_protocol
    if known is None:
        unknown = (
            "This iqabench knows no protocol of this name with this hash: its figures stand apart."
        )
        return ProtocolText(name, None, hashed, "", (unknown,), columns)
    if known.name == _OF_COSTS:
        nothing = "Costs of the restoration of the whole image are counted; nothing is compared."
        return ProtocolText(name, known.version, hashed, known.source, (nothing,), columns)
    said = (_restored(known), _rounded(known), *_reference(known), *_compared(known))
    said = (*said, *_cropped(known), _border(known, scale), *_region(known), *_frames(known))
    said = (*said, *_brightness(known), *_aligned(known), *_similarity(known))
    return ProtocolText(name, known.version, hashed, known.source.rstrip("."), said, columns)


def _restored(known: Protocol) -> str:
    if known.domain == "luma":
        return "The model restores luma made from the target, rounded to 8 bits."
    if known.domain == "resized-16":
        return (
            "Input and target are first resized (Lanczos) to sides that are multiples of 16 pixels, 1024 at "
            "most, and the model restores the resized image."
        )
    return "The model restores the image as the set has it."


def _rounded(known: Protocol) -> str:
    if known.quantise and known.channels == "bands":
        return f"Its output is clipped to 0 to {known.peak} and rounded half up to whole numbers."
    if known.quantise and known.truncate:
        return "Its output is clipped to 0 to 255 and cut off, not rounded, to 8 bits."
    if known.quantise:
        return "Its output is clipped to 0 to 255 and rounded half up to 8 bits."
    if known.clip and known.channels.startswith("luma"):
        swing = "0 to 255" if known.channels == "luma-full" else "16 to 235"
        return f"The luma of its output is clipped to {swing} and not rounded."
    if known.clip:
        return "Its output is clipped to 0 to 255 and not rounded."
    return "Its output is neither clipped nor rounded."


def _reference(known: Protocol) -> list[str]:
    if known.reference == "target":
        return []
    again = "It is degraded again as the input was, and" if known.reference == "input" else "It"
    which = f" ({known.identity})" if known.identity else ""
    return [f"{again} is compared with {known.compared_with}{which}, not with the target."]


def _compared(known: Protocol) -> list[str]:
    luma = known.channels.startswith("luma")
    rounding = (
        [f"Luma is {'rounded to 8 bits' if known.round_luma else 'not rounded'}."] if luma else []
    )
    white = "the maximum of the target" if known.peak == "target" else f"{known.peak}"
    peak = [f"Metrics take {white} for white."] if known.peak != 255 else []
    return [_CHANNELS[known.channels], *rounding, *peak]


def _border(known: Protocol, scale: int) -> str:
    pixels = known.shave(scale)
    return f"A border of {pixels} pixels is left out." if pixels else "The whole image counts."


def _cropped(known: Protocol) -> list[str]:
    """Return a sentence about sides that are cropped to multiples of a number."""
    if known.crop_multiple == 1:
        return []
    kept = "around the centre" if known.crop_from == "centre" else "from the upper left corner on"
    return [f"Sides are cropped {kept} to multiples of {known.crop_multiple} pixels."]


_BRIGHTNESS = {
    "mean-grey": "BT.601 luma",
    "mean-grey-swapped": "luma with the weights of red and blue exchanged",
    "mean-grey-rounded": "BT.601 luma, rounded in each pixel",
    "mean-channels-to-swapped": "its channels, and of luma with the weights of red and blue exchanged",
}


def _brightness(known: Protocol) -> list[str]:
    """Return a sentence about the match of brightness, where there is one."""
    if known.brightness == "none":
        return []
    luma = _BRIGHTNESS[known.brightness]
    cut = ["Its fractions are then cut off to 8 bits."] if known.cut_matched else []
    return [
        f"Each output is first matched to the brightness of its target by the mean of {luma}.",
        *cut,
    ]


def _aligned(known: Protocol) -> list[str]:
    """Return a sentence about the alignment, where there is one."""
    if known.align == "none":
        return []
    return [
        "Each output is first scaled to the intensity of its target and moved onto it by a homography "
        "(OpenCV's findTransformECC); pixels for which it then has none do not count."
    ]


def _similarity(known: Protocol) -> list[str]:
    """Return a sentence about the variant of structural similarity, where it is not the authors' own."""
    variant = known.ssim
    if variant.is_plain:
        return []
    window = (
        "a Gaussian window of 11x11" if variant.window == "gauss" else "a uniform window of 7x7"
    )
    facts = [
        "grey of 8 bits" if variant.grey else "",
        window + (" that extends over the channels" if variant.dimensions == 3 else ""),
        "the border repeated" if variant.padding == "replicate" else "",
        "the covariance of a sample" if variant.covariance == "sample" else "",
        "constants for twice the range of its pixels" if variant.doubled_range else "",
        "values rounded first" if variant.rounded else "",
        "images averaged over blocks of round(shorter side / 256) pixels" if variant.pooled else "",
        "blocks for sides raised to the next multiple of 32"
        if variant.pooled_size == "padded"
        else "",
        "contrast and structure below 0 taken as 0" if variant.clip_contrast else "",
    ]
    return [f"ssim is taken with {', '.join(fact for fact in facts if fact)}."]


def _region(known: Protocol) -> list[str]:
    """Return a sentence about the pixels that count, where a mask chooses them."""
    return ["Only pixels inside the sample's mask count."] if known.region == "mask" else []


def _frames(known: Protocol) -> list[str]:
    """Return a sentence about the frames of a clip that count, where not all do."""
    if not known.frames:
        return []
    start, stop, step = [*known.frames.split(":"), ""][:3]
    ends = [f"the first {start}" if start else "", f"the last {stop[1:]}" if stop else ""]
    if step == "2" and not stop:
        first = "second" if start == "1" else "first"
        return [f"Of a clip every second frame counts, beginning with the {first}."]
    if not step and start.isdigit() and stop.startswith("-"):
        return [f"Of a clip {' and '.join(ends)} frames are left out."]
    return [f"Of a clip the frames {known.frames} count, as Python counts them."]
