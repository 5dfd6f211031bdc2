"""The resizing of images before they are restored."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as PillowImage

from iqabench.errors import ImageError, SetError
from iqabench.images import Case, resized, view
from iqabench.images.resizing import resized_size
from iqabench.metrics import column
from iqabench.metrics.core.column import scores
from iqabench.protocols import protocol
from iqabench.samples import Sample, part_of
from iqabench.sets.resized import resized_sample

Pixels = NDArray[np.uint8]


def noise(height: int, width: int, channels: int = 3) -> Pixels:
    shape = (height, width, channels)
    return np.random.default_rng(7).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (640, 480, (640, 480)),
        (333, 500, (336, 512)),
        (1500, 1000, (1024, 688)),
        (864, 1296, (688, 1024)),
        (1024, 1023, (1024, 1024)),
        (2000, 17, (1024, 16)),
    ],
)
def test_sizes_become_multiples_of_16_of_at_most_1024(
    width: int, height: int, expected: tuple[int, int]
) -> None:
    assert resized_size(width, height) == expected
    assert resized_size(*expected) == expected


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_are_pillows(channels: int) -> None:
    image = noise(45, 61, channels)
    plain = PillowImage.fromarray(image[..., 0] if channels == 1 else image)
    expected = np.asarray(plain.resize((64, 48), PillowImage.Resampling.LANCZOS))
    assert np.array_equal(resized(image), expected.reshape(48, 64, channels))


def test_an_output_of_the_resized_image_is_compared_with_the_resized_target() -> None:
    output, target = resized(noise(45, 61)), noise(45, 61)[::-1]
    expected = scores([column("psnr@y")], Case(output, resized(target), 1))
    assert scores([column("psnr@snow")], Case(output, target, 1)) == expected
    assert scores([column("psnr@snow")], Case(output, resized(target), 1)) == expected


def test_an_output_of_the_image_as_it_is_says_what_to_do() -> None:
    with pytest.raises(ImageError, match=r"61x45, its target 61x45; .* to 64x48 here"):
        view(protocol("snow"), noise(45, 61), noise(45, 61))
    with pytest.raises(ImageError, match=r"62x45, its target 61x45; .* to 64x48 here"):
        view(protocol("snow"), noise(45, 62), noise(45, 61))


def test_images_of_more_than_8_bits_are_refused() -> None:
    with pytest.raises(ImageError, match=r"resized before use in 8 bits; this one is uint16"):
        resized(noise(45, 61).astype(np.uint16))


def test_samples_of_other_kinds_are_refused() -> None:
    parts = {"input": part_of(noise(20, 20)), "target": part_of(noise(40, 40))}
    with pytest.raises(SetError, match="the input of 'a' has another size than its target"):
        resized_sample(Sample("a", parts))
    parts = {"input": part_of(noise(20, 20)), "mask": part_of(noise(20, 20, 1))}
    with pytest.raises(SetError, match="'a' has a part 'mask'"):
        resized_sample(Sample("a", parts))
