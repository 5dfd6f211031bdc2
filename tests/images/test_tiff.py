"""TIFF against a second decoder, with each field of its header that changes pixels."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image as PillowImage

from images.files import (
    COLOUR,
    GREY,
    TIFF_LAYOUTS,
    TIFF_TYPES,
    Pixels,
    encoded,
    numbers,
    photo,
    tiff,
)
from iqabench.errors import ImageError
from iqabench.images.decoding import Decoding


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


def test_a_deep_tiff_is_turned_as_well(read: Callable[..., Pixels]) -> None:
    pixels = numbers("uint16", 3)
    content = tiff(pixels, extratags=[(274, 3, 1, 6, True)])
    assert np.array_equal(read(content, part=True), pixels)
    turned = read(content, part=True, apply_orientation=True)
    assert np.array_equal(turned, np.rot90(pixels, -1))
