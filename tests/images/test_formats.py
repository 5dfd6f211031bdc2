"""Every format against a second decoder, with each field of its header that changes pixels."""

import io
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageOps

from images.files import (
    COLOUR,
    GREY,
    PALETTE,
    PNG,
    Pixels,
    bmp,
    encoded,
    oriented,
    photo,
)
from iqabench.errors import ImageError

TAGGED: dict[str, dict[str, Any]] = {
    "PNG": {},
    "JPEG": {"quality": 90},
    "WEBP": {"lossless": True},
    "TIFF": {},
    "AVIF": {"quality": 100},
}


@pytest.mark.parametrize("kind", TAGGED)
def test_orientation_is_told_and_applied_on_demand(
    read: Callable[..., Pixels], remark: Callable[[bytes], str], kind: str
) -> None:
    stored = read(encoded(COLOUR, kind, **TAGGED[kind]))
    for orientation in range(1, 9):
        content = oriented(COLOUR, kind, orientation, **TAGGED[kind])
        assert np.array_equal(read(content), stored)
        image = PillowImage.fromarray(stored)
        image.getexif()[0x0112] = orientation
        shown = np.array(ImageOps.exif_transpose(image))
        assert np.array_equal(read(content, apply_orientation=True), shown)
        assert ("has an orientation tag" in remark(content)) == (orientation > 1)


@pytest.mark.parametrize("kind", ["TIFF", "GIF", "WEBP", "PNG", "AVIF"])
def test_pages_and_frames_are_refused_or_chosen(read: Callable[..., Pixels], kind: str) -> None:
    frames = [PillowImage.fromarray(photo(seed=n)).quantize(16).convert("RGB") for n in range(3)]
    options: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
    content = encoded(np.array(frames[0]), kind, save_all=True, append_images=frames[1:], **options)
    with pytest.raises(ImageError, match=r"has 3 (pages|frames); expected one image.*--page N"):
        read(content)
    for page in (1, 2, 3):
        image = PillowImage.open(io.BytesIO(content))
        image.seek(page - 1)
        assert np.array_equal(read(content, page=page), np.array(image.convert("RGB")))
    with pytest.raises(ImageError, match=r"has 3 (pages|frames); page 4 was asked for"):
        read(content, page=4)
    with pytest.raises(ImageError, match="has one image; page 2"):
        read(encoded(COLOUR, kind), page=2)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"subsampling": 1},
    {"restart_marker_rows": 1}, {"optimize": True}, {"keep_rgb": True}])  # fmt: off
@pytest.mark.parametrize("pixels", [COLOUR, GREY])
def test_jpeg_is_as_two_decoders_read_it(
    read: Callable[..., Pixels], pixels: Pixels, options: dict[str, Any]
) -> None:
    content = encoded(pixels, "JPEG", quality=85, **options)
    decoded = read(content)
    assert np.array_equal(decoded, np.atleast_3d(np.array(PillowImage.open(io.BytesIO(content)))))
    flag = cv2.IMREAD_COLOR_RGB if pixels.shape[2] == 3 else cv2.IMREAD_GRAYSCALE
    other = cv2.imdecode(np.frombuffer(content, np.uint8), flag)
    assert np.array_equal(decoded, np.asarray(other).reshape(decoded.shape))


def test_a_warning_of_the_jpeg_decoder_is_an_error(read: Callable[..., Pixels]) -> None:
    content = encoded(photo(200, 300), "JPEG", quality=95, subsampling=0)
    middle = len(content) // 2
    with pytest.raises(ImageError, match="is damaged: Corrupt JPEG data"):
        read(content[:middle] + bytes(300) + content[middle + 300 :])
    with pytest.raises(ImageError, match="is damaged"):
        read(content[:middle] + b"\xff\xd9")


@pytest.mark.parametrize("alpha", ["", "opaque"])
@pytest.mark.parametrize("lossless", [True, False])
def test_webp(read: Callable[..., Pixels], lossless: bool, alpha: str) -> None:
    pixels = np.dstack([COLOUR, np.full_like(GREY, 255)]) if alpha else COLOUR
    content = encoded(pixels, "WEBP", lossless=lossless)
    other = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert np.array_equal(read(content), np.asarray(other))


def test_gif_avif_and_jpeg_2000(read: Callable[..., Pixels]) -> None:
    gif = encoded(COLOUR, "GIF")
    assert np.array_equal(read(gif), np.array(PillowImage.open(io.BytesIO(gif)).convert("RGB")))
    for kind, ending in (("AVIF", ".avif"), ("JPEG2000", ".jp2")):
        content = encoded(COLOUR, kind)
        assert np.array_equal(read(content), np.array(PillowImage.open(io.BytesIO(content))))
        deep = photo(128, 128).astype(np.uint16) * 4
        options = [cv2.IMWRITE_AVIF_DEPTH, 10] if kind == "AVIF" else []
        done, data = cv2.imencode(ending, deep, options)
        assert done
        with pytest.raises(ImageError, match=r"has 1[06] bits a channel.*Convert it to PNG"):
            read(data.tobytes())


LEVELS = np.arange(32, dtype=np.uint16)
FIVE = np.rint(LEVELS * (255 / 31))


@pytest.mark.parametrize(
    ("packing", "masks", "values"),
    [
        (0, (), LEVELS * 0x421),
        (3, (0x7C00, 0x3E0, 0x1F), LEVELS * 0x421),
        (3, (0xF800, 0x7C0, 0x1F), (LEVELS << 11) | (LEVELS << 6) | LEVELS),
    ],
)
def test_bmp_of_16_bits(
    read: Callable[..., Pixels], packing: int, masks: tuple[int, ...], values: Pixels
) -> None:
    content = bmp(32, -1, 16, values.astype("<u2").tobytes(), packing=packing, masks=masks)
    assert np.array_equal(read(content)[0], np.tile(FIVE[:, None], 3))


@pytest.mark.parametrize(
    "content",
    [
        bmp(4, 2, 8, bytes(range(8)), palette=PALETTE),
        bmp(4, -2, 8, bytes(range(8)), palette=PALETTE),
        bmp(4, 2, 4, bytes([0x12, 0x34, 0, 0, 0x56, 0x78, 0, 0]), palette=PALETTE[:64]),
        bmp(4, 2, 1, bytes([0xA0, 0, 0, 0, 0x50, 0, 0, 0]), palette=PALETTE[:8]),
        bmp(4, 2, 8, bytes([4, 7, 0, 0, 2, 3, 2, 9, 0, 1]), packing=1, palette=PALETTE),
        bmp(4, 2, 4, bytes([4, 0x77, 0, 0, 4, 0x39, 0, 1]), packing=2, palette=PALETTE[:64]),
        bmp(2, 2, 24, bytes(16)),
        bmp(2, 1, 32, bytes(range(8))),
        bmp(2, 1, 32, b"\1\2\3\xff" * 2, packing=3, masks=(0xFF0000, 0xFF00, 0xFF, 0xFF000000), size=108),
    ],
)  # fmt: off
def test_bmp_of_other_kinds(read: Callable[..., Pixels], content: bytes) -> None:
    other = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert np.array_equal(read(content), np.asarray(other))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\x0a" + bytes(30), "of the kind JPEG XL, which is not read; convert it"),
        (b"\x76\x2f\x31\x01" + bytes(30), "OpenEXR"),
        (b"#?RADIANCE\n", "Radiance HDR"),
        (b"PF\n2 2\n-1.0\n", "PFM"),
        (b"<!DOCTYPE html><html>", "it is an HTML page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "a pointer of git-lfs"),
        (bytes(99), "its 99 bytes are all zero"),
    ],
)
def test_what_is_not_read_is_named(read: Callable[..., Pixels], content: bytes, said: str) -> None:
    with pytest.raises(ImageError, match=said):
        read(content)


def test_sizes_are_an_option(read: Callable[..., Pixels]) -> None:
    with pytest.raises(
        ImageError, match=r"declares 32x24 = 768 pixels; up to 700.*--max-pixels 768"
    ):
        read(PNG, max_pixels=700)
    assert read(PNG, max_pixels=768).shape == COLOUR.shape


def test_heic_with_its_plugin(read: Callable[..., Pixels]) -> None:
    """The plugin turns images by their property irot; here the stored pixels count, as in all formats."""
    pytest.importorskip("pillow_heif").register_heif_opener()
    stored = read(encoded(COLOUR, "HEIF", quality=-1))
    for orientation in (3, 6, 8):
        content = oriented(COLOUR, "HEIF", orientation, quality=-1)
        assert np.array_equal(read(content), stored)
        image = PillowImage.fromarray(stored)
        image.getexif()[0x0112] = orientation
        shown = read(content, apply_orientation=True)
        assert np.array_equal(shown, np.array(ImageOps.exif_transpose(image)))
