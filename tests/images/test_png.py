"""PNG against a second decoder, with each chunk that concerns colours."""

import io
import struct
from collections.abc import Callable
from typing import Any, Literal

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageCms

from images.files import COLOUR, PNG, Pixels, chunk, encoded, with_chunk
from iqabench.errors import ImageError


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
