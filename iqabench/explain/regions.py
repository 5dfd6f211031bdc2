"""The regions that evaluation scripts compare: an image without a border, or a part of it."""

from collections.abc import Callable
from typing import NamedTuple

from iqabench.explain.way import Way


class Region(NamedTuple):
    """A rectangle of an image, in pixels: rows top to bottom and columns left to right, ends excluded."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def area(self) -> int:
        """The number of pixels."""
        return (self.bottom - self.top) * (self.right - self.left)

    @property
    def slices(self) -> tuple[slice, slice]:
        """The slices of rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def is_empty(self) -> bool:
        """True when no pixel is left."""
        return self.bottom <= self.top or self.right <= self.left


Cut = Callable[[int, int, int], Region]
"""A function of height, width and scale."""


def _border(scales: int, pixels: int) -> Cut:
    def cut(height: int, width: int, scale: int) -> Region:
        b = scales * scale + pixels
        return Region(b, height - b, b, width - b)

    return cut


def _centre(height_of: Callable[[int, int], tuple[int, int]]) -> Cut:
    def cut(height: int, width: int, _scale: int) -> Region:
        h, w = height_of(height, width)
        h, w = min(h, height), min(w, width)
        top, left = (height - h) // 2, (width - w) // 2
        return Region(top, top + h, left, left + w)

    return cut


def _corner(multiple: int, scales: int) -> Cut:
    def cut(height: int, width: int, scale: int) -> Region:
        b = scales * scale
        return Region(b, height // multiple * multiple - b, b, width // multiple * multiple - b)

    return cut


def _quarters(ends: Callable[[int], tuple[int, int]]) -> Cut:
    def cut(height: int, width: int, _scale: int) -> Region:
        return Region(*ends(height), *ends(width))

    return cut


_BACK = "leave out as many pixels as the scale on every side"
_SIDES: tuple[int, ...] = (
    32,
    48,
    64,
    96,
    100,
    112,
    128,
    144,
    160,
    192,
    196,
    200,
    224,
    240,
    256,
    300,
    320,
    384,
    400,
)
_SIDES += (448, 480, 500, 512, 640, 720, 768, 1024)
_PARTS = {"half": 2 / 4, "three quarters": 3 / 4, "two thirds": 2 / 3, "90 %": 0.9, "80 %": 0.8}

CUTS: dict[str, Cut] = {
    "scale": _border(1, 0),
    "none": _border(0, 0),
    "scale + 6": _border(1, 6),
    **{f"{n} pixels": _border(0, n) for n in (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32)},
    "twice the scale": _border(2, 0),
    **{
        f"centre, {name}": _centre(lambda h, w, p=part: (int(h * p), int(w * p)))  # type: ignore[misc]
        for name, part in _PARTS.items()
    },
    "centre, half, h//4 to 3*h//4": _quarters(lambda n: (n // 4, 3 * n // 4)),
    "centre, half, h//4 to h - h//4": _quarters(lambda n: (n // 4, n - n // 4)),
    "centre, half, h//4 to h//4 + h//2": _quarters(lambda n: (n // 4, n // 4 + n // 2)),
    "centre, square": _centre(lambda h, w: (min(h, w), min(h, w))),
    **{f"centre, {n}x{n}": _centre(lambda _h, _w, n=n: (n, n)) for n in _SIDES},  # type: ignore[misc]
    **{
        f"centre, multiple of {n}": _centre(lambda h, w, n=n: (h // n * n, w // n * n))  # type: ignore[misc]
        for n in (4, 8, 16, 32, 64)
    },
    **{f"multiple of {n}": _corner(n, 0) for n in (8, 12, 16, 32, 64)},
    **{f"multiple of {n}, scale": _corner(n, 1) for n in (8, 12, 16, 32, 64)},
}

_COMMON = {"4 pixels", "6 pixels", "8 pixels", "10 pixels", "twice the scale"}
_COMMON |= {"half", "square", "128x128", "224x224", "256x256", "512x512", "multiple of 16"}
"""The regions that are seen; the others are rare."""


def _words(name: str) -> Way:
    kind, _, size = name.partition(", ")
    if kind == "centre":
        cost = 2 if size in _COMMON or size.startswith("half") else 3
        return Way(f"only the centre of the images is compared ({size}); {_BACK}", cost)
    if kind.startswith("multiple"):
        border = "then a border of the scale is left out" if size else "no border is left out"
        return Way(f"images are cropped to a {kind} at the right and below, {border}; {_BACK}", 3)
    return Way(f"a border of {name} is left out; {_BACK}", 2 if name in _COMMON else 3)


_USUAL = {
    "scale": Way("a border of as many pixels as the scale is left out"),
    "none": Way("no border is left out; " + _BACK, 1),
    "scale + 6": Way(
        "a border of the scale plus 6 pixels is left out, as in NTIRE 2017 and in EDSR's figures on DIV2K; "
        + _BACK,
        1,
    ),
}
WAYS: dict[str, Way] = {name: _USUAL.get(name) or _words(name) for name in CUTS}


def regions(height: int, width: int, scale: int) -> dict[str, Region]:
    """Return the regions of an image of this size; what leaves no pixel is left out."""
    every = {name: cut(height, width, scale) for name, cut in CUTS.items()}
    return {name: region for name, region in every.items() if not region.is_empty}
