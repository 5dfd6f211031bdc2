"""The protocol: it fixes what is compared with what, before any metric sees a pixel.

Two papers' "PSNR" differ by 1.32 dB because one takes another luma. So colour, rounding and shave are
neither keywords of a metric nor habits of a script but a named, versioned, hashed `Protocol`, and every
stored number carries its name and hash. The known ones are in `iqabench.protocols`.
"""

import hashlib
import json
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from iqabench.deprecation import moved
from iqabench.facts import Facts
from iqabench.ssim_variant import SsimVariant

Domain = Literal["image", "luma", "resized-16"]
"""The image that a model is given: the set's image as it is, its luma rounded to 8 bits, or the image resized
to sides that are multiples of 16, 1024 at most."""

Reference = Literal["target", "input", "model", "consensus", "restored", "pool"]
"""The kind of image that an output is compared with: its target, or a stand-in for it."""

Argument = Literal["", "model", "pool"]
"""The kind of name that belongs behind a protocol's name and a colon, if there is one."""

Brightness = Literal[
    "none", "mean-grey", "mean-grey-swapped", "mean-grey-rounded", "mean-channels-to-swapped"
]
"""The mean whose ratio scales an output to the brightness of its target."""

Alignment = Literal["none", "ecc-homography"]
"""The way an output is moved onto its target before they are compared."""

_COMPARED_WITH: dict[Reference, str] = {
    "target": "the target",
    "input": "the input that the output was made from",
    "model": "the output of another model",
    "consensus": "the median of several models' outputs",
    "restored": "the output restored once more",
    "pool": "a pool of pristine images",
}


_ALIGNED = ("rgb", "grey", "luma-studio", "luma-full")
"""The channels that can be compared after an alignment."""

_YOUNGER = (
    "frames",
    "peak",
    "region",
    "clip",
    "deep",
    "truncate",
    "brightness",
    "cut_matched",
    "align",
    "crop_multiple",
    "crop_from",
)
"""The fields that hashes leave out where they have their default."""


class Protocol(Facts):
    """A way of comparing an output with its target."""

    name: str
    version: int
    summary: str
    source: str
    reference: Reference = "target"
    """The image that the output is compared with. For `input` the output is degraded again first."""
    argument: Argument = ""
    """The kind of name behind the protocol's name and a colon: a model, as in model:rcan, or a pool."""
    named: str = ""
    """The name behind the colon: rcan for model:rcan."""
    identity: str = ""
    """Hashes that tell the reference from others of that name: of weights, of members of a consensus."""
    domain: Domain = "image"
    """The image that the model restores. For `luma`, input and target are made from the target's luma; for
    `resized-16`, both are resized first."""
    quantise: bool = True
    """True when the output is clipped to 0..255 and rounded half up to 8 bits first."""
    clip: bool = False
    """True when an output that does not become one of 8 bits is clipped all the same: to 0..255, or its luma
    to the swing of the luma."""
    deep: bool = False
    """True when outputs of 16 bits are compared, too: as floats in units of 0..255."""
    truncate: bool = False
    """True when the fractions of an output are cut off, not rounded, where it becomes one of 8 bits."""
    brightness: Brightness = "none"
    """The match of the output's brightness with the target's before they are compared: the output is
    multiplied by the ratio of their mean lumas and clipped, then stays as it is, not rounded. `mean-grey`
    takes BT.601 luma, `mean-grey-swapped` with the weights of red and blue exchanged, `mean-grey-rounded`
    with each pixel's luma rounded to 8 bits; `mean-channels-to-swapped` brings the output's mean over the
    channels to the target's swapped luma."""
    cut_matched: bool = False
    """True when the fractions of an output that was matched in brightness are cut off to 8 bits."""
    align: Alignment = "none"
    """The alignment of the output with its target before they are compared. `ecc-homography` scales its
    intensity, moves it by a homography, and leaves out pixels for which the output then has none; the output
    stays as floats, not rounded. Metrics take their mean over the pixels that count."""
    channels: Literal[
        "rgb", "grey", "luma-studio", "luma-full", "luma-cut", "rgb2gray", "bands", "magnitude"
    ]
    """The channels that are compared. `rgb` compares one-channel pairs as they are, luma expands them;
    `grey` takes only one-channel pairs. Luma is BT.601, of studio swing (16..235) or full range (0..255).
    `luma-cut` is studio-swing luma in weights of 1/256, cut off to whole numbers, not rounded.
    `rgb2gray` is MATLAB's luminance, rounded to 8 bits. `bands` are all bands in any number; `magnitude` is
    the absolute value of complex pixels."""
    peak: int | Literal["target"] = 255
    """The value that metrics take for white, such as 2047 for 11 bits; `target` is the maximum of the target.
    Only `bands` and `magnitude` have another one than 255."""
    round_luma: bool = False
    """True when luma is rounded to an integer."""
    region: Literal["image", "mask"] = "image"
    """The pixels that are compared: all, or only those inside the sample's mask."""
    crop_multiple: int = Field(default=1, ge=1)
    """The number whose multiple both sides are cropped to, such as 16; 1 crops nothing."""
    crop_from: Literal["centre", "corner"] = "centre"
    """The part that such a crop keeps: the centre, or the part at the upper left corner."""
    shave_scales: int = 0
    """The border that is left out, in multiples of the scale."""
    shave_pixels: int = 0
    """The border that is left out besides, in pixels of the target."""
    frames: str = Field(default="", pattern=r"^(-?\d*:-?\d*(:[1-9]\d*)?)?$")
    """The frames of a clip that are compared, as a slice in Python: 2:-2 leaves two out at both ends, ::2
    takes every second one, 1::2 those between; empty for all frames."""
    ssim: SsimVariant = SsimVariant()
    """The variant of structural similarity that `ssim` is under this protocol."""
    colour: str = ""
    """The protocol that the bare name of a metric means instead, if the metric looks at colour."""

    @model_validator(mode="after")
    def _require_meaning(self) -> "Protocol":
        """Refuse a cut without a match, and an alignment together with what it has no meaning for."""
        if self.cut_matched and self.brightness == "none":
            raise ValueError("cut_matched is defined for outputs that are matched in brightness")
        if self.align == "none":
            return self
        if self.channels not in _ALIGNED or self.region == "mask" or self.ssim.pooled:
            raise ValueError(
                f"align: {self.align} is defined for channels {', '.join(_ALIGNED)}, for region image and "
                "for an ssim that is not pooled"
            )
        return self

    @cached_property
    def hash(self) -> str:
        """The hash over everything that decides a number, without the prose: 12 hexadecimal digits."""
        facts = self.model_dump(exclude={"summary", "source", "colour"})
        if self.reference == "target":  # hashes from before there was another keep their meaning
            for name in ("reference", "argument", "named", "identity"):
                del facts[name]
        for name in _YOUNGER:  # so do those from before there were other values
            if facts[name] == Protocol.model_fields[name].get_default():
                del facts[name]
        facts["ssim"] = self.ssim.facts
        if self.ssim.is_plain:
            del facts["ssim"]
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def compared_with(self) -> str:
        """The image that the output is compared with, in words."""
        return _COMPARED_WITH[self.reference]

    def takes(self, depth: str) -> bool:
        """Return whether it compares images of a depth; bands and magnitudes may have more than 8 bits."""
        if depth == "uint16" and self.deep:
            return True
        return depth == "uint8" or self.channels in ("bands", "magnitude")

    def bound(self, identity: str) -> "Protocol":
        """Return this protocol with a reference that is known to the bit; the hash covers it, too."""
        return Protocol(**{**self.model_dump(), "identity": identity})

    def chosen_frames(self, length: int) -> list[int]:
        """Return the numbers of the frames of a clip that are compared; an image has only one."""
        if length == 1 or not self.frames:
            return list(range(length))
        bounds = [int(bound) if bound else None for bound in self.frames.split(":")]
        return list(range(length))[slice(*bounds)]

    def shave(self, scale: int | Fraction) -> int:
        """Return the border that is left out at this scale, in pixels of the target."""
        return ceil(self.shave_scales * scale) + self.shave_pixels


if not TYPE_CHECKING:  # else type checkers would accept any name
    __getattr__ = moved(
        "iqabench.protocol",
        {
            "protocol": "iqabench.protocols.protocol",
            "protocols": "iqabench.protocols.protocols",
        },
        gone_in="0.4",
    )
