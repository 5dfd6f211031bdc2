"""PGM, PPM, PBM and PAM against a second decoder."""

import io
import struct
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image as PillowImage

from images.files import Pixels
from iqabench.errors import ImageError


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
