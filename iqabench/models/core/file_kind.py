"""The kind of a file that is named like weights and holds something else, told by its first bytes."""

import pickletools
import tarfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from iqabench.zip_damage import ZIP_DAMAGE, zip_names

_READ = 4096
"""The number of first bytes that are looked at."""
_LONGEST_PICKLE = 64 << 20
"""The size of the largest pickle that is searched for names of classes, in bytes."""
_PICKLES = 6
"""The number of pickles at the beginning of an old torch file that are searched."""
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (
        b"version https://git-lfs",
        "a git-lfs pointer, not the file itself. Fetch it with: git lfs pull",
    ),
    (b"\x93NUMPY", "one numpy array (.npy). Expected tensors with names"),
    (
        b"\x89HDF\r\n\x1a\n",
        "an HDF5 file, as Keras writes weights. Convert it to a torch state dictionary",
    ),
    (b"GGUF", "a GGUF file, which holds a language model. Expected weights of torch"),
    (b"\x1f\x8b", "a gzip archive. Unpack it, and name the file inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive. Unpack it, and name the file inside"),
    (b"Rar!", "a RAR archive. Unpack it, and name the file inside"),
    (b"\xfd7zXZ", "an xz archive. Unpack it, and name the file inside"),
    (b"\x89PNG", "a PNG image. Expected weights of torch"),
    (b"\xff\xd8\xff", "a JPEG image. Expected weights of torch"),
    (b"%PDF", "a PDF document. Expected weights of torch"),
    (b"\x7fELF", "a program. Expected weights of torch"),
)
_TENSORFLOW = "the list of a TensorFlow checkpoint. Name its index, which ends in .ckpt.index"


def wrong_kind(path: Path) -> str:
    """Return what a file is that cannot be weights of torch, with a way out; empty when it may be weights."""
    if not path.stat().st_size:
        return "empty. The download was cut off, or the disk was full: fetch it again"
    with path.open("rb") as file:
        start = file.read(_READ)
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    if start[4:8] == b"TFL3":
        return "a TensorFlow Lite model. Export the network to ONNX"
    return _text_kind(start) or _archive_kind(path, start) or _protobuf_kind(start)


def pickled_classes(path: Path) -> list[str]:
    """Return the names of the classes and functions in the pickle of a torch file; nothing is executed.

    The list is empty when the pickle is damaged.
    """
    try:
        return list(dict.fromkeys(_globals(_pickle(path))))
    except (OSError, LookupError, StopIteration, *ZIP_DAMAGE):
        return []


def _text_kind(start: bytes) -> str:
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head")) or b"<html" in text[:600]:
        return (
            "an HTML page, not weights: the link led to a page with a button or a login. Open the link in a "
            "browser, and download the file itself"
        )
    if text.startswith(b"<?xml"):
        return "an XML document, likely the error of a server. Fetch the file again"
    if text.startswith(b"model_checkpoint_path"):
        return _TENSORFLOW
    if text.startswith((b"{", b"[")) and b"\0" not in start:
        return "a JSON document. Expected tensors"
    if text.startswith((b"name:", b"layer {", b"input:")):
        return "a network of Caffe as text (.prototxt). Expected weights of torch"
    printable = all(byte in b"\t\r\n" or 32 <= byte < 127 for byte in start)
    return "a text file. Expected tensors" if printable else ""


def _archive_kind(path: Path, start: bytes) -> str:
    if names := zip_names(path):
        return _zip_kind(names)
    if start.startswith(b"PK\x03\x04"):
        return "damaged: it begins like a torch file and has no end. The download was cut off: fetch it again"
    if tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            names = archive.getnames()[:3]
        if {"storages", "tensors", "pickle"} <= set(names):
            return "a torch file of before version 0.1.10 (a tar archive). Save it again with a later torch"
        return f"a tar archive ({', '.join(names)}). Unpack it, and name the file inside"
    return ""


def _zip_kind(names: list[str]) -> str:
    if any("/code/" in name for name in names):
        return "a TorchScript program, not only weights. Give it the suffix .ts"
    if any(name.endswith("data.pkl") for name in names):
        return ""
    if names and all(name.endswith(".npy") for name in names):
        return (
            "an archive of numpy arrays (.npz). Save its arrays as .safetensors or with torch.save"
        )
    if any("keras" in name.lower() or name.endswith("model.weights.h5") for name in names):
        return "a Keras model. Export it to ONNX"
    inside = ", ".join(names[:3]) or "nothing"
    return f"a zip archive ({inside}). Unpack it, and name the file inside"


def _protobuf_kind(start: bytes) -> str:
    if b"onnx" in start[:200] or (start[:1] == b"\x08" and b"pytorch" in start[:64]):
        return "an ONNX model. Give it the suffix .onnx"
    if start[:1] == b"\x0a" and any(
        word in start for word in (b"Convolution", b"Input", b"HDF5Data", b"Data")
    ):
        return "a network of Caffe (.caffemodel). Convert it to a torch state dictionary"
    return ""


def _pickle(path: Path) -> bytes:
    if not zip_names(path):
        with path.open("rb") as file:
            return file.read(_LONGEST_PICKLE)
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        with archive.open(name) as file:
            return file.read(_LONGEST_PICKLE)


def _globals(data: bytes) -> Iterator[str]:
    """Yield the globals of the pickles in data; old torch files have several, one after the other."""
    stream = BytesIO(data)
    for _ in range(_PICKLES):
        strings: list[str] = []
        try:
            for opcode, argument, _ in pickletools.genops(stream):
                if opcode.name == "GLOBAL":
                    yield str(argument).replace(" ", ".")
                elif opcode.name == "STACK_GLOBAL":
                    yield ".".join(strings[-2:])
                elif isinstance(argument, str):
                    strings.append(argument)
        except ValueError:
            return  # the pickles end here
