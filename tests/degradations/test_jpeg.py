"""JPEG encoded and decoded: a flat block by hand, Pillow's libjpeg, and the usual requests."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as PillowImage

from iqabench.degradations.jpeg import jpeg
from iqabench.errors import ImageError, UsageError


def textured(channels: int) -> NDArray[np.uint8]:
    y, x = np.mgrid[:48, :64]
    planes = [127 + 60 * np.sin(x / (3 + c)) + 50 * np.cos(y / (5 - c)) for c in range(channels)]
    return np.stack(planes, axis=2).astype(np.uint8)


def through_pillow(image: NDArray[np.uint8], quality: int, subsampling: int) -> NDArray[np.uint8]:
    file = io.BytesIO()
    picture = PillowImage.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
    picture.save(file, "JPEG", quality=quality, subsampling=subsampling)
    return np.asarray(PillowImage.open(file)).reshape(image.shape)


@pytest.mark.parametrize(("quality", "step"), [(10, 80), (20, 40), (40, 20), (50, 16)])
@pytest.mark.parametrize("level", [0, 37, 128, 200, 255])
def test_flat_blocks_by_hand(level: int, quality: int, step: int) -> None:
    """A flat block has the coefficient 8 (level - 128), quantised in steps of 16 times 50/q."""
    image = np.full((16, 24, 1), level, np.uint8)
    coefficient = step * np.sign(level - 128) * np.floor(8 * abs(level - 128) / step + 0.5)
    expected = np.clip(np.floor(coefficient / 8 + 128 + 0.5), 0, 255)
    assert np.unique(jpeg(image, quality=quality)).tolist() == [expected]


@pytest.mark.parametrize("quality", [10, 40, 90])
@pytest.mark.parametrize("channels", [1, 3])
def test_pillow_gives_the_same_pixels(channels: int, quality: int) -> None:
    image = textured(channels)
    out = jpeg(image, quality=quality)
    assert out.dtype == np.uint8
    assert out.shape == image.shape
    assert np.array_equal(out, through_pillow(image, quality, subsampling=2))  # 2 means 4:2:0
    if channels == 3:
        assert not np.array_equal(out, through_pillow(image, quality, subsampling=0))


def test_bad_requests_are_explained() -> None:
    with pytest.raises(ImageError, match=r"float64.*expected uint8"):
        jpeg(textured(3).astype(float), quality=10)
    with pytest.raises(ImageError, match=r"\(48, 64, 2\)"):
        jpeg(textured(2), quality=10)
    for quality in (0, 101, 10.5):
        with pytest.raises(UsageError, match="whole number from 1 to 100"):
            jpeg(textured(1), quality=quality)
