"""The header of an image file: everything that decides pixels, before a pixel is decoded."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Alpha = Literal["", "straight", "premultiplied"]
"""The kind of an alpha channel; empty where there is none."""

BANDS_OF_COLOUR = 3


class UnreadableError(Exception):
    """The content of a file is whole, but is not served; the message continues the file's name."""


@dataclass(frozen=True)
class Header:
    """The facts of one page of a file."""

    format: str
    """The name of the format, as in PNG."""
    width: int
    height: int
    bands: int
    """The number of channels that `decode` gives, an alpha channel included."""
    sample: str = "uint8"
    """The type of the numbers that `decode` gives, as numpy names it."""
    bits: int = 8
    """The bits of a stored number."""
    alpha: Alpha = ""
    orientation: int = 1
    """The orientation tag: 1 is upright, 2 to 8 are turned or mirrored."""
    pages: int = 1
    """The number of pages or frames in the file."""
    page: int = 0
    """The page that this header is of, from 0."""
    page_word: str = "pages"
    colours: str = ""
    """The colour space or gamma where it is not that of sRGB, as a phrase; else empty."""
    is_new_meaning: bool = False
    """True where version 0.1 gave other pixels, so that its records of the file are not taken for these."""
    details: Any = field(default=None, compare=False)
    """The findings that the format's `decode` needs again."""

    @property
    def colour_bands(self) -> int:
        """The number of channels without the alpha channel."""
        return self.bands - bool(self.alpha)

    @property
    def pixels(self) -> int:
        """The number of pixels."""
        return self.width * self.height


def require_data(needed: float, stored: int, header: str) -> None:
    """Raise UnreadableError when so few bytes are stored that the declared pixels cannot be in them.

    `needed` is the least number of bytes that the format takes for them, `header` the declared size in words.
    """
    if needed > stored:
        raise UnreadableError(
            f"is damaged: it declares {header}, which take at least {int(np.ceil(needed)):,} bytes, and "
            f"holds {stored:,}."
        )
