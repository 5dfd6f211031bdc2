"""Every format against a second decoder, with each field of its header that changes pixels."""

import io
import itertools
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image as PillowImage
from PIL import ImageCms, ImageOps

from images.files import Pixels, bmp, chunk, encoded, oriented, photo, with_chunk
from iqabench.errors import ImageError
from iqabench.images import ReadOptions, read_image, read_part, remarks_on
from iqabench.images.decoding import Decoding

COLOUR, GREY = photo(), photo(bands=1)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Pixels]:
    def write_and_read(content: bytes, part: bool = False, **options: Any) -> Pixels:
        path = tmp_path / "a.image"
        path.write_bytes(content)
        reading = ReadOptions(**options)
        return read_part(path, "", reading)[0] if part else read_image(path, "", reading)

    return write_and_read


@pytest.fixture
def remark(tmp_path: Path) -> Callable[[bytes], str]:
    def write_and_remark(content: bytes) -> str:
        (tmp_path / "a.image").write_bytes(content)
        return " ".join(remarks_on([tmp_path / "a.image"]))

    return write_and_remark


def decoded_netpbm(kind: int, values: list[int], maxval: int, bands: int) -> Pixels:
    white = 65535 if maxval > 255 else 255
    scaled = [round(white * value / maxval) for value in values]
    if kind in (1, 4):
        scaled = [white - value for value in scaled]
    return np.array(scaled).reshape(3, 5, bands)


@pytest.mark.parametrize("maxval", [1, 2, 15, 100, 254, 255, 256, 1023, 65535])
@pytest.mark.parametrize("kind", [2, 3, 5, 6, 7])
def test_netpbm_with_any_maximum(read: Callable[..., Pixels], kind: int, maxval: int) -> None:
    bands = {2: 1, 3: 3, 5: 1, 6: 3, 7: 3}[kind]
    values = [int(v) for v in np.random.default_rng(1).integers(0, maxval + 1, 15 * bands)]
    values[:2] = [0, maxval]
    head = f"P{kind} # a comment 9 9\n5\n# one more\n3 {maxval}\n"
    if kind == 7:
        head = f"P7\nWIDTH 5\nHEIGHT 3\n# c\nDEPTH 3\nMAXVAL {maxval}\nTUPLTYPE RGB\nENDHDR\n"
    binary = struct.pack(f">{len(values)}{'H' if maxval > 255 else 'B'}", *values)
    raster = " # c\n".join(map(str, values)).encode() if kind < 4 else binary
    pixels = read(head.encode() + raster, part=True)
    assert pixels.dtype == (np.uint16 if maxval > 255 else np.uint8)
    assert np.array_equal(pixels, decoded_netpbm(kind, values, maxval, bands))
    if maxval <= 255 and kind in (
        5,
        6,
    ):  # Pillow takes no PAM, and no comments between ASCII values
        image = PillowImage.open(io.BytesIO(head.encode() + raster))
        assert np.array_equal(np.atleast_3d(np.array(image)), pixels)


def test_a_maximum_of_100_is_white(read: Callable[..., Pixels]) -> None:
    assert read(b"P5\n2 1\n100\n" + bytes([0, 100])).ravel().tolist() == [0, 255]


def test_bitmaps(read: Callable[..., Pixels]) -> None:
    assert read(b"P1 3 2 10 1\n011").ravel().tolist() == [0, 255, 0, 255, 0, 0]
    assert read(b"P4 3 2\n\xa0\x60").ravel().tolist() == [0, 255, 0, 255, 0, 0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"P5\n2 1\n100\n" + bytes([0, 101]), "the value 101, above its maximum 100"),
        (b"P5 2 1 255 \1", "2x1 pixels, which take at least 2 bytes, and holds 1"),
        (b"P2 2 1 255 7", "is damaged"),
        (b"P2 2 1 255 7 x", "a value that is no number"),
        (b"P5 0 1 255 ", "declares 0x1 pixels"),
        (b"P5 1 1 65536 \1\1", "the maximum 65536"),
        (b"P5 1 1 255 \1P5 1 1 255 \1", "has 2 images or more"),
        (b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 9\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n\1\2", "transp"),
        (b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 5\nMAXVAL 255\nENDHDR\n\1\2\3\4\5", "has 5 bands"),
        (b"P7\nWIDTH 1\nHEIGHT 1\n", "lacks a number"),
        (b"P6 200000000 200000000 255 \0", "200000000x200000000 pixels, which take"),
    ],
)  # fmt: off
def test_netpbm_that_is_refused(read: Callable[..., Pixels], content: bytes, said: str) -> None:
    with pytest.raises(ImageError, match=said):
        read(content)


TIFF_TYPES = ("uint8", "uint16", "int16", "uint32", "float16", "float32", "float64", "complex64")
TIFF_LAYOUTS: tuple[dict[str, Any], ...] = (
    {},
    {"planarconfig": "separate"},
    {"tile": (16, 16)},
    {"compression": "zlib", "predictor": True},
    {"compression": "zlib", "predictor": True, "byteorder": ">", "rowsperstrip": 7},
    {"compression": "zlib", "tile": (16, 32), "planarconfig": "separate"},
    {"bigtiff": True, "byteorder": ">"},
)


def tiff(pixels: Pixels, **options: Any) -> bytes:
    """Return a TIFF that tifffile writes."""
    bands = pixels.shape[2]
    kind = options.pop("photometric", "rgb" if bands in (3, 4) else "minisblack")
    extra = options.pop("extrasamples", [0] * (bands - (3 if kind == "rgb" else 1)))
    stored = pixels[:, :, 0] if bands == 1 else pixels
    planar = options.pop("planarconfig", "contig")
    planar = planar if bands > 1 else None
    stored = np.moveaxis(stored, 2, 0) if planar == "separate" else stored
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        stored,
        photometric=kind,
        planarconfig=planar,
        extrasamples=extra or None,
        metadata=None,
        **options,
    )
    return buffer.getvalue()


def numbers(kind: str, bands: int) -> Pixels:
    """Return random numbers of a type."""
    rng = np.random.default_rng(0)
    if kind[0] in "ui":
        return rng.integers(0, np.iinfo(kind).max, (20, 30, bands)).astype(kind)
    values = rng.normal(size=(20, 30, bands))
    return np.asarray((values * 1j + values) if kind == "complex64" else values).astype(kind)


@pytest.mark.parametrize("layout", TIFF_LAYOUTS, ids=str)
@pytest.mark.parametrize("bands", [1, 2, 3, 5])
def test_tiff_of_any_numbers(tmp_path: Path, layout: dict[str, Any], bands: int) -> None:
    for kind in TIFF_TYPES:
        if layout.get("predictor") and kind[0] in "fc":
            continue  # tifffile writes none
        pixels = numbers(kind, bands)
        (tmp_path / "a.tif").write_bytes(tiff(pixels, **layout))
        decoded = Decoding(tmp_path / "a.tif").decode()
        assert decoded.dtype == pixels.dtype
        assert np.array_equal(decoded, pixels), kind


@pytest.mark.parametrize("packing", [5, 8])
@pytest.mark.parametrize("bands", [1, 3])
def test_the_predictor_of_floats(read: Callable[..., Pixels], bands: int, packing: int) -> None:
    pixels = numbers("float32", bands)
    options = [cv2.IMWRITE_TIFF_COMPRESSION, packing, cv2.IMWRITE_TIFF_PREDICTOR, 3]
    done, data = cv2.imencode(".tif", pixels[:, :, ::-1], options)
    assert done
    assert np.array_equal(read(data.tobytes(), part=True), pixels)


@pytest.mark.parametrize("width", [1, 9, 10])
@pytest.mark.parametrize("height", [1, 7, 8])
def test_lzw_of_any_number_of_bytes(read: Callable[..., Pixels], width: int, height: int) -> None:
    pixels = photo(height, width)
    assert np.array_equal(read(encoded(pixels, "TIFF", compression="tiff_lzw")), pixels)


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_the_least_value_of_a_tiff_may_be_white(read: Callable[..., Pixels], kind: str) -> None:
    pixels = numbers(kind, 1)
    inverted = read(tiff(pixels, photometric="miniswhite"), part=True)
    assert np.array_equal(inverted, np.iinfo(kind).max - pixels)


@pytest.mark.parametrize("packing", ["raw", "tiff_lzw", "packbits"])
@pytest.mark.parametrize("white", [0, 1])
def test_bilevel_tiff(read: Callable[..., Pixels], packing: str, white: int) -> None:
    pixels = np.where(GREY > 128, 255, 0).astype(np.uint8)
    content = encoded(pixels, "TIFF", "1", compression=packing, tiffinfo={262: white})
    expected = PillowImage.open(io.BytesIO(content)).convert("L")
    assert np.array_equal(read(content)[:, :, 0], np.array(expected))


def test_tiff_of_palette_jpeg_and_other_colours(read: Callable[..., Pixels]) -> None:
    palette = encoded(COLOUR, "TIFF", "P")
    assert np.array_equal(
        read(palette), np.array(PillowImage.open(io.BytesIO(palette)).convert("RGB"))
    )
    jpeg = encoded(COLOUR, "TIFF", compression="jpeg")
    assert np.array_equal(read(jpeg), np.array(PillowImage.open(io.BytesIO(jpeg))))
    with pytest.raises(ImageError, match="compressed by fax codes, which is not read in TIFF"):
        read(encoded(GREY, "TIFF", "1", compression="group4"))
    with pytest.raises(ImageError, match="is CIELab; expected grey or RGB"):
        read(encoded(COLOUR, "TIFF", "LAB"))


@pytest.mark.parametrize(
    ("pixels", "options", "said"),
    [
        (numbers("float32", 3), {}, r"more than 8 bits a channel \(float32\)"),
        (numbers("float64", 1), {}, r"more than 8 bits a channel \(float64\)"),
        (numbers("uint16", 8), {}, r"more than 8 bits a channel \(uint16, 8 bands\)"),
        (numbers("uint8", 5), {}, "has 5 bands; expected grey or RGB"),
        (numbers("uint8", 4), {"extrasamples": ["assocalpha"]}, "places and its colours are premul"),
        (numbers("uint8", 4), {"extrasamples": ["unassalpha"]}, "transparent in places; what lies"),
        (numbers("uint8", 1), {"photometric": "cfa"}, "is a raw photograph"),
        (numbers("uint8", 1), {"subfiletype": 1}, "holds a preview only"),
    ],
)  # fmt: off
def test_tiff_that_is_refused(
    read: Callable[..., Pixels], pixels: Pixels, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(ImageError, match=said):
        read(tiff(pixels, **options))


@pytest.mark.parametrize("alpha", ["assocalpha", "unassalpha"])
def test_opaque_alpha_of_a_tiff_is_dropped(read: Callable[..., Pixels], alpha: str) -> None:
    pixels = np.dstack([COLOUR, np.full_like(GREY, 255)])
    assert np.array_equal(read(tiff(pixels, extrasamples=[alpha])), COLOUR)


def test_a_preview_is_no_page(read: Callable[..., Pixels]) -> None:
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(GREY[:4, :4, 0], subfiletype=1, photometric="minisblack")
        writer.write(COLOUR, subifds=1, photometric="rgb")
        writer.write(COLOUR[:4, :4], subfiletype=1, photometric="rgb")
    assert np.array_equal(read(buffer.getvalue()), COLOUR)


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


def test_a_deep_tiff_is_turned_as_well(read: Callable[..., Pixels]) -> None:
    pixels = numbers("uint16", 3)
    content = tiff(pixels, extratags=[(274, 3, 1, 6, True)])
    assert np.array_equal(read(content, part=True), pixels)
    turned = read(content, part=True, apply_orientation=True)
    assert np.array_equal(turned, np.rot90(pixels, -1))


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


PALETTE = bytes(itertools.chain.from_iterable((n, 255 - n, n // 2, 0) for n in range(256)))


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


PNG = encoded(COLOUR, "PNG")


def chromaticities(white: int) -> bytes:
    return struct.pack(">8I", white, 32900, 64000, 33000, 30000, 60000, 15000, 6000)


def profile(name: Literal["XYZ", "sRGB"]) -> bytes:
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()
    return made if isinstance(made, bytes) else bytes(made)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (b"gAMA", struct.pack(">I", 100000), "a gamma of 1 "),
        (b"gAMA", struct.pack(">I", 45455), ""),
        (b"cHRM", chromaticities(34567), "primaries"),
        (b"cHRM", chromaticities(31270), ""),
        (b"sRGB", b"\0", ""),
        (b"cICP", bytes([9, 16, 0, 1]), "BT.2020 with PQ"),
        (b"sBIT", b"\5\5\5", ""),
        (b"tEXt", b"Comment\0gamma", ""),
    ],
)
def test_colour_chunks_of_a_png_change_nothing_and_are_told(
    read: Callable[..., Pixels],
    remark: Callable[[bytes], str],
    name: bytes,
    content: bytes,
    said: str,
) -> None:
    changed = with_chunk(PNG, name, content)
    assert np.array_equal(read(changed), COLOUR)
    assert said in remark(changed)
    assert bool(said) == bool(remark(changed))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
def test_profiles_are_told(
    read: Callable[..., Pixels], remark: Callable[[bytes], str], kind: str
) -> None:
    plain = encoded(COLOUR, kind)
    other = encoded(COLOUR, kind, icc_profile=profile("XYZ"))
    assert np.array_equal(read(plain), read(other))
    assert "colour profile" in remark(other)
    assert remark(encoded(COLOUR, kind, icc_profile=profile("sRGB"))) == ""
    assert "colour profile that is damaged" in remark(encoded(COLOUR, kind, icc_profile=b"x" * 200))


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("clear", [False, True])
def test_png_palettes_of_any_bits(read: Callable[..., Pixels], bits: int, clear: bool) -> None:
    colours = PillowImage.fromarray(COLOUR).quantize(1 << bits)
    content = encoded(np.array(colours)[:, :, None], "PNG")
    buffer = io.BytesIO()
    options: dict[str, Any] = {"transparency": 0} if clear else {}
    colours.save(buffer, "PNG", bits=bits, **options)
    content = buffer.getvalue()
    if clear:
        with pytest.raises(ImageError, match="transparent"):
            read(content)
    else:
        expected = np.array(PillowImage.open(io.BytesIO(content)).convert("RGB"))
        assert np.array_equal(read(content), expected)


@pytest.mark.parametrize("interlaced", [False, True])
def test_png_of_16_bits(read: Callable[..., Pixels], interlaced: bool) -> None:
    deep = np.random.default_rng(0).integers(0, 65536, (9, 7, 3)).astype(np.uint16)
    done, data = cv2.imencode(".png", deep[:, :, ::-1])
    assert done
    content = with_chunk(data.tobytes(), b"gAMA", struct.pack(">I", 100000))
    if interlaced:  # one pixel: the first pass is the whole image
        one = np.ascontiguousarray(deep[:1, :1, ::-1])
        content = cv2.imencode(".png", one)[1].tobytes()
        content = content[:8] + chunk(b"IHDR", content[16:28] + b"\1") + content[33:]
        deep = deep[:1, :1]
    assert np.array_equal(read(content, part=True), deep)
    with pytest.raises(ImageError, match="more than 8 bits"):
        read(content)


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
