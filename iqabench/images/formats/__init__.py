"""Formats of image files: for each, what the header says, and the pixels as they are stored.

A format is recognised by its first bytes; the ending of a file decides nothing. Each module has two
functions:

    inspect(content, page) -> Header      the facts that decide pixels; no pixel is decoded
    decode(content, header) -> pixels     (H, W, C) in the depth of the file, not turned, alpha last

They raise `UnreadableError` where the content is not served, and whatever they meet in damaged content;
`iqabench.images.read` adds the name of the file.
"""

from iqabench.images.formats.detect import Format, format_of
from iqabench.images.formats.header import Header, UnreadableError

__all__ = ["Format", "Header", "UnreadableError", "format_of"]
