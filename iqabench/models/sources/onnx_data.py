"""The files in which an ONNX model keeps its large tensors, beside its own file."""

import re
from pathlib import Path

_LOCATION = re.compile(rb"\n\x08location\x12([\x01-\x7f])")
"""The beginning of an entry "location" of a tensor's external data, as protobuf writes it, with the length of
its value, which a file's name fits into."""


def external_files(path: Path) -> dict[str, Path]:
    """Return the files with external data that an ONNX file names and that lie beside it, by their names."""
    content = path.read_bytes()
    names = {
        content[match.end() : match.end() + match[1][0]].decode(errors="surrogateescape")
        for match in _LOCATION.finditer(content)
    }
    places = {name: path.parent / name for name in sorted(names) if "\0" not in name}
    return {name: place for name, place in places.items() if place.is_file()}
