"""The options of reading: how the pixels of a file that the user brings are found in it."""

from dataclasses import asdict, dataclass
from typing import Any

MAX_PIXELS = 178_956_970
"""The number of pixels above which an image is refused unless the user allows more: about 0.5 GB in RGB."""


@dataclass(frozen=True)
class ReadOptions:
    """The options of reading, which flow from a command to every file that the user brings."""

    page: int | None = None
    """The page or frame to read, from 1; None reads files of one page and refuses others."""
    apply_orientation: bool = False
    """True to turn images as their orientation tag says; False to take the stored pixels."""
    max_pixels: int = MAX_PIXELS
    """The largest number of pixels of an image that is read."""

    @property
    def facts(self) -> dict[str, Any]:
        """The options that decide pixels and differ from the default, for content keys; mostly none."""
        default = asdict(ReadOptions())
        return {
            name: value
            for name, value in asdict(self).items()
            if name != "max_pixels" and value != default[name]
        }

    @property
    def text(self) -> str:
        """The facts as text, empty without any: part of an image's identity."""
        return "".join(f" {name}={value}" for name, value in self.facts.items())


AS_STORED = ReadOptions()
"""The default: files of one page, the stored pixels."""
