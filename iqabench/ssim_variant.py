"""The variants of structural similarity: one name in papers, another number in each program.

On the same images they lie up to .084 apart, so the variant is a part of the protocol.
"""

from typing import Any, Literal

from iqabench.facts import Facts

_YOUNGER = ("pooled_size", "grey", "doubled_range")
"""The fields that hashes leave out where they have their default."""


class SsimVariant(Facts):
    """The choices that a program of structural similarity makes; the defaults are those of its authors."""

    window: Literal["gauss", "uniform"] = "gauss"
    """The weights around a pixel: 11x11 of a Gaussian of sigma 1.5, or 7x7 alike."""
    padding: Literal["valid", "replicate"] = "valid"
    """The windows that count: those within the image, or one around each pixel, with the border repeated."""
    dimensions: Literal[2, 3] = 2
    """The axes of the window. With 3 it extends over the channels, too, whose first and last are repeated."""
    covariance: Literal["population", "sample"] = "population"
    """The divisor of variances: the number of pixels of a window, or one less."""
    pooled: bool = False
    """True when images are first averaged over blocks of round(shorter side / 256) pixels."""
    pooled_size: Literal["image", "padded"] = "image"
    """The size that is divided into those blocks: the image's, or the one that a network of strides of 32 is
    given, whose sides are the next larger multiples of 32."""
    grey: bool = False
    """True when images of 8 bits are first made grey: OpenCV's BT.601 luma of full range, rounded."""
    doubled_range: bool = False
    """True when the constants are those of images whose white is twice as bright: older versions of
    scikit-image take floats to lie in -1..1."""
    rounded: bool = False
    """True when values are rounded to whole numbers first, though the protocol's own are not."""
    clip_contrast: bool = False
    """True when contrast and structure below 0 count as 0."""

    @property
    def facts(self) -> dict[str, Any]:
        """The choices that hashes cover; a younger one is left out where it has its default."""
        left_out = {
            name for name in _YOUNGER if getattr(self, name) == getattr(SsimVariant(), name)
        }
        return self.model_dump(exclude=left_out)

    @property
    def is_plain(self) -> bool:
        """True for the variant of the authors of structural similarity."""
        return self == SsimVariant()

    @property
    def pixels(self) -> int:
        """The length of a window's side, in pixels."""
        return 11 if self.window == "gauss" else 7
