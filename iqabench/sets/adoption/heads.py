"""The heads of image files: width, height and depth, without a look at pixels."""

import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from iqabench.errors import FetchError
from iqabench.files.kind import kind_of

_THREADS = 4
_PNG = b"\x89PNG\r\n\x1a\n"
_DEEP = ("I", "F", "I;16", "I;16L", "I;16B")


class Head(NamedTuple):
    """The facts of an image file."""

    width: int
    height: int
    bits: int
    """The bits of a number: 8, or more."""

    @property
    def size(self) -> str:
        """Width and height, as in 1280x720."""
        return f"{self.width}x{self.height}"


def read_heads(paths: list[Path]) -> dict[Path, Head]:
    """Return the heads of image files.

    Raises: FetchError that names files which are no images, or end too early.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        heads = list(pool.map(_head, paths))
    bad = [(path, head) for path, head in zip(paths, heads, strict=True) if isinstance(head, str)]
    if bad:
        path, trouble = bad[0]
        count = f"; {len(bad) - 1} more such files" if len(bad) > 1 else ""
        raise FetchError(
            f"{path} {trouble}{count}. Unpack or download it again. Nothing was adopted."
        )
    return {p: h for p, h in zip(paths, heads, strict=True) if isinstance(h, Head)}


def _head(path: Path) -> Head | str:
    """Return the head of a file, or in words what is wrong with it."""
    try:
        with path.open("rb") as file:
            begin = file.read(25)
            if begin.startswith(_PNG):
                file.seek(-12, 2)
                whole = file.read(8).endswith(b"IEND")
                width, height, bits = struct.unpack(">IIB", begin[16:])
                return Head(width, height, max(bits, 8)) if whole else "ends before its image does"
        with Image.open(path) as image:
            return Head(image.width, image.height, 16 if image.mode in _DEEP else 8)
    except (OSError, ValueError, struct.error, Image.DecompressionBombError) as error:
        kind = kind_of(path)
        return f"is {kind}" if kind else f"cannot be read as an image ({_short(error)})"


def _short(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).partition(" '")[
        0
    ]
