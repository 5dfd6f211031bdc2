"""The way from a file to pixels, the same for every format: options, limits and messages with the
file's name.
"""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL.Image import DecompressionBombError

from iqabench.errors import ImageError
from iqabench.images.formats import Format, Header, UnreadableError, format_of
from iqabench.images.pixels import Pixels
from iqabench.images.reading import AS_STORED, ReadOptions

_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    RuntimeError,
    AttributeError,
    AssertionError,
    MemoryError,
    struct.error,
    zlib.error,
    cv2.error,
    DecompressionBombError,
)
"""The errors that decoders raise on damaged content."""


class Decoding:
    """A file whose header has been read, and whose pixels can be decoded.

    Raises: ImageError for a file that is absent, empty, damaged or no image, and for one that the options
        refuse: of several pages, or of more pixels than allowed.
    """

    def __init__(self, path: Path, name: str = "", reading: ReadOptions = AS_STORED) -> None:
        self.name, self.reading = name or str(path), reading
        self._content = read_content(path, self.name)
        self._format = self._checked_format()
        self.header = self._inspect((reading.page or 1) - 1)
        self._require_page()
        self._require_size()

    def decode(self) -> Pixels:
        """Return the pixels (H, W, C) in the depth of the file, an opaque alpha channel dropped.

        Raises: ImageError for damaged content, and for transparency.
        """
        return self._decoded(self.header)

    def decode_pages(self, *, alpha_is_band: bool = False) -> list[Pixels]:
        """Return the pixels of all pages, or of the one that the options name.

        `alpha_is_band`: True to keep a channel that is marked as alpha; sensors have none, and their fourth
        band is often marked so.

        Raises: ImageError, as `decode`.
        """
        if self.reading.page is not None or self.header.pages == 1:
            return [self._decoded(self.header, alpha_is_band=alpha_is_band)]
        pages = map(self._inspect, range(self.header.pages))
        return [self._decoded(page, alpha_is_band=alpha_is_band) for page in pages]

    def require_one_page(self) -> None:
        """Raise ImageError when there are several pages and the options name none."""
        if self.reading.page is None and self.header.pages > 1:
            first, header = "one image", self.header
            raise ImageError(
                f"{self.name} has {header.pages} {header.page_word}; expected {first}. Choose one with "
                "--page N (in Python: ReadOptions(page=N)), or split the file."
            )

    def _checked_format(self) -> Format:
        try:
            return format_of(self._content)
        except UnreadableError as error:
            raise ImageError(f"{self.name} {error}") from error

    def _inspect(self, page: int) -> Header:
        try:
            return self._format.inspect(self._content, page)
        except UnreadableError as error:
            raise ImageError(f"{self.name} {error}") from error
        except _DAMAGE as error:
            raise ImageError(f"{self.name} is damaged: {_reason(error)}.") from error

    def _decoded(self, header: Header, *, alpha_is_band: bool = False) -> Pixels:
        try:
            pixels = self._format.decode(self._content, header)
        except UnreadableError as error:
            raise ImageError(f"{self.name} {error}") from error
        except _DAMAGE as error:
            raise ImageError(f"{self.name} is damaged: {_reason(error)}.") from error
        expected = (header.height, header.width, header.bands)
        if pixels.shape != expected or pixels.dtype != header.sample:
            raise ImageError(
                f"{self.name} is damaged: its pixels are {pixels.shape} {pixels.dtype}, and its "
                f"header declares {expected} {header.sample}."
            )
        if header.alpha and not alpha_is_band:
            pixels = self._without_alpha(pixels, header)
        if self.reading.apply_orientation:
            pixels = turned(pixels, header.orientation)
        return np.require(pixels, requirements=["C", "W"])

    def _without_alpha(self, pixels: Pixels, header: Header) -> Pixels:
        opaque = np.iinfo(pixels.dtype).max if pixels.dtype.kind in "iu" else 1.0
        if (pixels[:, :, -1] != opaque).any():
            kind = " and its colours are premultiplied with that" * (
                header.alpha == "premultiplied"
            )
            raise ImageError(
                f"{self.name} is transparent in places{kind}; what lies behind would be a guess. "
                "Flatten it first."
            )
        return pixels[:, :, :-1]

    def _require_page(self) -> None:
        page, header = self.reading.page, self.header
        if page is not None and page > header.pages:
            has = f"{header.pages} {header.page_word}" if header.pages > 1 else "one image"
            raise ImageError(f"{self.name} has {has}; page {page} was asked for with --page.")

    def _require_size(self) -> None:
        header, limit = self.header, self.reading.max_pixels
        if header.pixels > limit:
            raise ImageError(
                f"{self.name} declares {header.width}x{header.height} = {header.pixels:,} pixels; up to "
                f"{limit:,} are read. --max-pixels {header.pixels} reads it (in Python: "
                "ReadOptions(max_pixels=...)), where there is memory for it."
            )


def read_content(path: Path, name: str) -> bytes:
    """Return the bytes of a file, which `name` stands for in messages.

    Raises: ImageError for a file that is absent, cannot be read, or is empty.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImageError(f"{name} cannot be read: {error.strerror}.") from error
    if not content:
        raise ImageError(f"{name} is an empty file.")
    return content


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """Return pixels (H, W, C) as an orientation tag (1 to 8) says that they are shown."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def _reason(error: BaseException) -> str:
    """Return the text of an error without the address of the buffer that it may name."""
    if isinstance(error, MemoryError | DecompressionBombError):
        return "its size is more than the memory holds"
    if isinstance(error, struct.error | EOFError | IndexError):
        return "it breaks off, or its header is wrong"
    text = str(error).split("<_io")[0].strip().rstrip(".:") or type(error).__name__
    return " ".join(text.split())[:200]
