"""Every kind of file that may lie in a folder of images."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as PillowImage

from iqabench.errors import ImageError
from iqabench.images import image_files, read_image

Pixels = NDArray[np.uint8]
COLOUR: Pixels = cv2.GaussianBlur(
    np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8), (5, 5), 2.0
)  # type: ignore[assignment]
GREY: Pixels = COLOUR[:, :, :1].copy()
OPAQUE: Pixels = np.full((40, 50, 1), 255, np.uint8)
DEEP = COLOUR.astype(np.uint16) * 257


def pillow(path: Path, pixels: Pixels, mode: str | None = None, **options: Any) -> Path:
    image = PillowImage.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    (image.convert(mode) if mode else image).save(path, **options)
    return path


def opencv(path: Path, pixels: NDArray[Any]) -> Path:
    assert cv2.imwrite(str(path), pixels)
    return path


def png(width: int, height: int, depth: int, kind: int, rows: bytes) -> bytes:
    """Return a PNG made by hand; `kind`: 0 grey, 2 RGB, 4 grey with alpha."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize("ending", ["png", "bmp", "tif", "tiff", "webp", "ppm"])
def test_lossless_colour_is_read_in_the_order_rgb(tmp_path: Path, ending: str) -> None:
    options: dict[str, Any] = {"lossless": True} if ending == "webp" else {}
    pixels = read_image(pillow(tmp_path / f"a.{ending}", COLOUR, **options))
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, COLOUR)


def test_compressed_tiffs_of_any_length_are_read(tmp_path: Path) -> None:
    """Their headers hold offsets, among whose digits a 16 says nothing of the depth."""
    for width in range(1, 41):
        path = pillow(tmp_path / "a.tif", COLOUR[:, :width], compression="tiff_deflate")
        assert np.array_equal(read_image(path), COLOUR[:, :width])


@pytest.mark.parametrize("ending", ["png", "bmp", "tif", "pgm"])
def test_grey_has_one_channel(tmp_path: Path, ending: str) -> None:
    assert np.array_equal(read_image(pillow(tmp_path / f"a.{ending}", GREY)), GREY)


@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_is_decoded_as_pillow_does(tmp_path: Path, progressive: bool) -> None:
    path = pillow(tmp_path / "a.jpg", COLOUR, quality=90, progressive=progressive)
    expected = np.array(PillowImage.open(path))
    assert np.array_equal(read_image(path), expected)
    grey = pillow(tmp_path / "g.jpg", GREY)
    assert np.array_equal(read_image(grey)[:, :, 0], np.array(PillowImage.open(grey)))


def test_no_orientation_is_applied(tmp_path: Path) -> None:
    orientation = PillowImage.Exif()
    orientation[0x0112] = 6
    path = pillow(tmp_path / "a.jpg", COLOUR, exif=orientation)
    assert read_image(path).shape == (40, 50, 3)


def test_a_palette_is_resolved(tmp_path: Path) -> None:
    path = pillow(tmp_path / "a.png", COLOUR, "P")
    expected = np.array(PillowImage.open(path).convert("RGB"))
    assert np.array_equal(read_image(path), expected)


def test_one_and_two_bits_are_grey(tmp_path: Path) -> None:
    path = pillow(tmp_path / "one.png", GREY, "1")
    assert set(np.unique(read_image(path))) == {0, 255}
    two = tmp_path / "two.png"
    two.write_bytes(png(4, 1, 2, 0, b"\0\x1b"))
    assert read_image(two).ravel().tolist() == [0, 85, 170, 255]


def test_an_opaque_alpha_channel_is_dropped(tmp_path: Path) -> None:
    path = pillow(tmp_path / "a.png", np.dstack([COLOUR, OPAQUE]))
    assert np.array_equal(read_image(path), COLOUR)


def test_grey_stays_grey_without_its_alpha_channel(tmp_path: Path) -> None:
    path = pillow(tmp_path / "a.png", np.dstack([GREY, OPAQUE]))
    assert np.array_equal(read_image(path), GREY)


@pytest.mark.parametrize("ending", ["png", "webp", "tif"])
def test_transparency_is_refused(tmp_path: Path, ending: str) -> None:
    path = pillow(tmp_path / f"a.{ending}", np.dstack([COLOUR, GREY]))
    with pytest.raises(ImageError, match=rf"a\.{ending} is transparent in places.*Flatten it"):
        read_image(path)


@pytest.mark.parametrize("pixels", [COLOUR, GREY])
def test_a_transparent_colour_is_refused(tmp_path: Path, pixels: Pixels) -> None:
    colour = tuple(int(level) for level in pixels[0, 0])
    key = colour if len(colour) == 3 else colour[0]
    path = pillow(tmp_path / "a.png", pixels, transparency=key)
    with pytest.raises(ImageError, match="transparent"):
        read_image(path)


def test_grey_with_alpha_is_refused_too(tmp_path: Path) -> None:
    path = pillow(tmp_path / "a.png", np.dstack([GREY, GREY]))
    with pytest.raises(ImageError, match="transparent"):
        read_image(path)


def deep_grey_and_alpha(path: Path) -> Path:
    path.write_bytes(png(4, 1, 16, 4, b"\0" + b"\x12\x34\xff\xff" * 4))
    return path


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("grey.png", lambda path: opencv(path, DEEP[:, :, 0])),
        ("grey.tif", lambda path: opencv(path, DEEP[:, :, 0])),
        ("grey.pgm", lambda path: opencv(path, DEEP[:, :, 0])),
        ("rgb.png", lambda path: opencv(path, DEEP)),
        ("rgb.tif", lambda path: opencv(path, DEEP)),
        ("rgb.ppm", lambda path: opencv(path, DEEP)),
        ("rgba.png", lambda path: opencv(path, np.dstack([DEEP, DEEP[:, :, 0] * 0 + 65535]))),
        ("rgba.tif", lambda path: opencv(path, np.dstack([DEEP, DEEP[:, :, 0] * 0 + 65535]))),
        ("la.png", deep_grey_and_alpha),
    ],
)
def test_more_than_8_bits_are_refused(
    tmp_path: Path, name: str, make: Callable[[Path], Path]
) -> None:
    with pytest.raises(ImageError, match=rf"{name} has more than 8 bits a channel.*convert it"):
        read_image(make(tmp_path / name))


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_floats_and_wide_integers_are_refused(tmp_path: Path, kind: type) -> None:
    PillowImage.fromarray(GREY[:, :, 0].astype(kind)).save(tmp_path / "a.tif")
    with pytest.raises(ImageError, match="more than 8 bits"):
        read_image(tmp_path / "a.tif")


@pytest.mark.parametrize(
    ("name", "mode"), [("a.jpg", "CMYK"), ("a.tif", "CMYK"), ("b.tif", "YCbCr")]
)
def test_other_colour_spaces_are_refused(tmp_path: Path, name: str, mode: str) -> None:
    path = pillow(tmp_path / name, COLOUR, mode)
    with pytest.raises(ImageError, match=f"is {mode}; expected grey or RGB. Convert it"):
        read_image(path)


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "bmp", "ppm", "tif"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_files_that_break_off_are_refused(tmp_path: Path, ending: str, share: float) -> None:
    path = pillow(tmp_path / f"a.{ending}", COLOUR)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ImageError, match=rf"a\.{ending} is (damaged|not an image)"):
        read_image(path)


def test_a_jpeg_without_its_last_bytes_is_refused(tmp_path: Path) -> None:
    path = pillow(tmp_path / "a.jpg", COLOUR)
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(ImageError, match="damaged"):
        read_image(path)


@pytest.mark.parametrize("place", [0.3, 0.6, 0.99])
def test_altered_bytes_of_a_png_are_noticed(tmp_path: Path, place: float) -> None:
    path = pillow(tmp_path / "a.png", COLOUR)
    content = bytearray(path.read_bytes())
    content[int(place * (len(content) - 20))] ^= 255
    path.write_bytes(content)
    with pytest.raises(ImageError, match="damaged"):
        read_image(path)


def test_what_follows_an_image_is_ignored(tmp_path: Path) -> None:
    path = pillow(tmp_path / "a.png", COLOUR)
    path.write_bytes(path.read_bytes() + b"appended by some tool" * 9)
    assert np.array_equal(read_image(path), COLOUR)


def test_the_content_decides_and_not_the_ending(tmp_path: Path) -> None:
    path = pillow(tmp_path / "a.png", COLOUR)
    assert np.array_equal(read_image(path.rename(tmp_path / "a.jpg")), COLOUR)
    unnamed = path.with_name("0f3a")  # as content-addressed files are called
    (tmp_path / "a.jpg").rename(unnamed)
    assert np.array_equal(read_image(unnamed), COLOUR)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is an empty file"),
        (b"hello, I am a text", "is not an image that can be read"),
        (b"\x89PNG\r\n\x1a\n", "is damaged: it breaks off"),
        (png(0, 0, 8, 2, b""), "is damaged: its header"),
        (png(50, 40, 8, 2, b"\0" * 100), "is damaged"),
        (png(40_000, 40_000, 8, 2, b"\0" * 100), "is damaged: it declares 40000x40000"),
    ],
    ids=["empty", "text", "signature", "no-pixels", "few-pixels", "bomb"],
)
def test_what_is_no_image_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=rf"a\.png {said}"):
        read_image(path)


def test_absent_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"a\.png cannot be read: No such file"):
        read_image(tmp_path / "a.png")
    with pytest.raises(ImageError, match="cannot be read: Is a directory"):
        read_image(tmp_path)


def test_a_name_may_stand_for_the_path(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"^set5/baby\.png cannot be read"):
        read_image(tmp_path / "0f3a", "set5/baby.png")


def test_image_files_are_sorted_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.PNG", "a.jpg", ".hidden.png", "notes.txt", "c.tiff"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert [path.name for path in image_files(tmp_path)] == ["a.jpg", "b.PNG", "c.tiff"]


def test_a_folder_is_expected(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="absent does not exist; expected a folder of images"):
        image_files(tmp_path / "absent")
    (tmp_path / "file").touch()
    with pytest.raises(ImageError, match="file is a file; expected a folder"):
        image_files(tmp_path / "file")
