"""Arrays that hold one image for each sample, in MATLAB files: unpacked once, and read image by image.

MATLAB lets the first axis run fastest, so that one image is scattered over the whole file, and it compresses
files. So the array is unpacked once beside the cache, image after image, and mapped into memory after that.
"""

from pathlib import Path

import numpy as np

from iqabench.atomic import replacing, write_whole
from iqabench.errors import ImageError
from iqabench.files import home
from iqabench.files.content import has_content
from iqabench.files.disk import sha256_of, writing
from iqabench.images import Part, as_part
from iqabench.images.decoding import read_content
from iqabench.images.formats.mat5 import BEGIN, mat5_array, mat5_types
from iqabench.locks import locked
from iqabench.sets.facts import BlocksFacts

_TYPE = "uint8"
"""The type of the numbers of such arrays."""
_VERSION_7_3 = (b"MATLAB 7.3 MAT-file", b"\x89HDF")


def read_block(path: Path, sha256: str, variable: str, name: str) -> Part:
    """Return one image of an array: `variable` is the name of the array and the place, as in Blocks#0,1.

    `sha256`: the checksum of the file. `name`: the file in messages.

    Shapes: (1, H, W, C), uint8.
    Raises: ImageError for a damaged file; FetchError when the unpacked array cannot be written.
    """
    array_name, _, place = variable.partition("#")
    unpacked = home() / "extracted" / sha256 / f"{array_name}.npy"
    if not _is_intact(unpacked):
        with (
            writing(f"the array {array_name} of {name}"),
            locked(unpacked.with_suffix(".lock"), once=True),
        ):
            if not _is_intact(unpacked):
                _unpack(path, array_name, name, unpacked)
    blocks = np.load(unpacked, mmap_mode="r")
    return as_part(np.array(blocks[tuple(map(int, place.split(",")))]), name)


def blocks_fault(path: Path, facts: BlocksFacts) -> str:
    """Return why a file is not the one with such an array, as a sentence; empty when it is."""
    expected = f"{facts.variable} ({_shape_text(facts.shape)}, {_TYPE})"
    try:
        content = read_content(path, str(path))
        if content.startswith(_VERSION_7_3):
            return (
                f"{path} is a MATLAB file of version 7.3; expected the published one, of version 5, with the "
                f"array {expected}. Take the file as it was downloaded."
            )
        if not content.startswith(BEGIN):
            return f"{path} is no MATLAB file; expected one with the array {expected}."
        held = mat5_types(content, str(path))
    except ImageError as error:
        return str(error)
    if held.get(facts.variable) == (facts.shape, _TYPE):
        return ""
    texts = [f"{n} ({_shape_text(shape)}, {kind})" for n, (shape, kind) in held.items()]
    return f"{path} holds {', '.join(texts) or 'no arrays of numbers'}; expected {expected}."


def _shape_text(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


def _unpack(path: Path, variable: str, name: str, unpacked: Path) -> None:
    array = mat5_array(read_content(path, name), variable, name)
    with replacing(unpacked) as part, part.open("wb") as file:
        np.save(file, array)
    write_whole(_digest_file(unpacked), sha256_of(unpacked).encode())


def _is_intact(unpacked: Path) -> bool:
    """Return whether an unpacked array is there with the content that it had when it was written."""
    try:
        digest = _digest_file(unpacked).read_text(encoding="ascii")
    except (OSError, ValueError):
        return False
    return has_content(unpacked, digest)


def _digest_file(unpacked: Path) -> Path:
    return unpacked.with_suffix(".sha256")
