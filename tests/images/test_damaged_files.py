"""Files of every format that are damaged, or that lie about their size."""

import struct
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

from images.files import (
    COLOUR,
    GREY,
    PALETTE,
    PNG,
    TIFF_LAYOUTS,
    Pixels,
    bmp,
    chunk,
    encoded,
    numbers,
    oriented,
    photo,
    tiff,
    with_chunk,
)
from iqabench.errors import ImageError
from iqabench.images import ReadOptions, read_part, remarks_on


def lying_files() -> list[bytes]:
    """Return small files that declare 13000x13000 pixels."""
    size = struct.pack(">II", 13000, 13000)
    jpeg = bytearray(encoded(COLOUR, "JPEG"))
    start = jpeg.index(b"\xff\xc0") + 5
    jpeg[start : start + 4] = struct.pack(">HH", 13000, 13000)
    png = PNG[:8] + chunk(b"IHDR", size + PNG[24:29]) + PNG[33:]
    lies = [bytes(jpeg), png, b"P6 13000 13000 255 " + bytes(99), bmp(13000, 13000, 32, bytes(99))]
    for options in ({}, {"compression": "zlib"}, {"tile": (16, 16)}):
        content = bytearray(tiff(GREY[:1, :1], **options))
        for tag in (256, 257):
            short, long = (struct.pack("<HHI", tag, kind, 1) for kind in (3, 4))
            place = content.index(long if long in content else short)
            content[place : place + 12] = struct.pack("<HHII", tag, 4, 1, 13000)
        lies.append(bytes(content))
    return lies


@pytest.mark.parametrize("content", lying_files(), ids=range(7))
def test_pixels_that_cannot_be_there_are_not_decoded(
    read: Callable[..., Pixels], content: bytes
) -> None:
    with pytest.raises(ImageError, match=r"(is damaged: |fewer strips)"):
        read(content)


def test_nothing_is_printed(read: Callable[..., Pixels], capfd: pytest.CaptureFixture[str]) -> None:
    bad_profile = with_chunk(PNG, b"iCCP", b"x\0\0garbage")
    assert np.array_equal(read(bad_profile), COLOUR)
    read(encoded(GREY, "TIFF", "1"))
    for content in (
        encoded(photo(200, 300), "JPEG")[:-900] + b"\xff\xd9",
        encoded(COLOUR, "TIFF", compression="tiff_lzw")[:-200],
        *lying_files(),
    ):
        with pytest.raises(ImageError):
            read(content)
    assert capfd.readouterr() == ("", "")


def seeds() -> list[bytes]:
    """Return a small file of each format."""
    frames = [PillowImage.fromarray(photo(seed=n)) for n in range(2)]
    return [
        PNG,
        cv2.imencode(".png", COLOUR.astype(np.uint16) * 257)[1].tobytes(),
        oriented(COLOUR, "JPEG", 6),
        encoded(COLOUR, "JPEG", progressive=True),
        encoded(COLOUR, "WEBP"),
        encoded(COLOUR, "GIF", save_all=True, append_images=frames),
        encoded(COLOUR, "AVIF"),
        encoded(COLOUR, "JPEG2000"),
        bmp(4, 2, 8, bytes([4, 7, 0, 0, 2, 3, 2, 9, 0, 1]), packing=1, palette=PALETTE),
        bmp(32, -1, 16, bytes(64), packing=3, masks=(0x7C00, 0x3E0, 0x1F)),
        b"P3 3 1 100 1 2 3 4 5 6 7 8 9",
        b"P6 3 1 100 123456789",
        b"P7\nWIDTH 2\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nENDHDR\n12",
        oriented(COLOUR, "TIFF", 3, compression="tiff_lzw"),
        encoded(COLOUR, "TIFF", compression="jpeg"),
        *(tiff(numbers("uint16", 3), **layout) for layout in TIFF_LAYOUTS[:4]),
    ]


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Return content that breaks off, or with flipped bytes, or with a large number somewhere."""
    way = rng.integers(3)
    changed = bytearray(content)
    if way == 0:
        return content[: rng.integers(1, len(content))]
    for _ in range(rng.integers(1, 6)):
        place = int(rng.integers(len(content)))
        value = (
            rng.bytes(1)
            if way == 1
            else rng.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff"])
        )
        changed[place : place + len(value)] = value
    return bytes(changed[: len(content)])


def refusal(path: Path) -> str:
    """Return the message of the error that reading a file raises; empty for none."""
    try:
        read_part(path, "the name", ReadOptions(max_pixels=1 << 22))
    except ImageError as error:
        return str(error)
    return ""


def test_damaged_files_are_named_or_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A change may miss what decides pixels; everything else is an ImageError with the name."""
    rng = np.random.default_rng(7)
    path = tmp_path / "a.image"
    refused = 0
    for content in seeds():
        for _ in range(20):
            path.write_bytes(damaged(content, rng))
            message = refusal(path)
            refused += bool(message)
            assert message.startswith(("the name ", "the name: ")) or not message
            remarks_on([path])
    assert refused > 100
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("number", range(len(seeds())))
def test_pixels_may_be_written_to(tmp_path: Path, number: int) -> None:
    """Tensors share the memory of pixels, and torch warns of memory that it may not write to."""
    (tmp_path / "a.image").write_bytes(seeds()[number])
    pixels = read_part(tmp_path / "a.image", "", ReadOptions(page=1))
    assert pixels.flags.writeable
    assert pixels.flags.c_contiguous
