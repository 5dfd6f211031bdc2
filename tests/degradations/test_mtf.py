"""Reduction by a sensor's transfer function."""

import numpy as np
import pytest

from iqabench.degradations import degradations
from iqabench.errors import ImageError, UsageError
from iqabench.images import Image


def mtf(image: Image, scale: float = 4, sensor: str = "worldview3") -> Image:
    return degradations().get("mtf")(image, scale=scale, sensor=sensor)


@pytest.mark.parametrize(
    ("sensor", "bands", "gains"),
    [
        ("worldview2", 8, (0.35, 0.27)),
        ("geoeye1", 4, (0.23, 0.23)),
        ("worldview3", 1, (0.14, 0.14)),
    ],
)
def test_the_gain_at_the_new_nyquist_frequency_is_the_sensors(
    sensor: str, bands: int, gains: tuple[float, float]
) -> None:
    """A wave of the new Nyquist frequency, 8 pixels, comes out with the gain as its amplitude."""
    x = np.arange(160)
    wave = np.cos(2 * np.pi * (x - 2) / 8)  # its crests lie on the pixels that are kept
    image = np.broadcast_to(wave[None, :, None], (160, 160, bands))
    kept = mtf(image, sensor=sensor)[20, 10:30]
    amplitudes = np.abs(kept).mean(axis=0)
    assert amplitudes[[0, -1]] == pytest.approx(gains, abs=0.02)


def test_even_ground_keeps_its_values_and_depth() -> None:
    image = np.full((64, 96, 8), 1234, np.uint16)
    reduced = mtf(image)
    assert reduced.dtype == np.uint16
    assert reduced.shape == (16, 24, 8)
    assert (reduced == 1234).all()


def test_what_it_does_not_take() -> None:
    image = np.zeros((64, 64, 8))
    with pytest.raises(ImageError, match="of 3 bands; the sensor worldview3 has 8 multispectral"):
        mtf(image[:, :, :3])
    with pytest.raises(UsageError, match="the sensor 'landsat'; expected one of quickbird"):
        mtf(image, sensor="landsat")
    with pytest.raises(ImageError, match="of 62x64; expected sides that 4 divides"):
        mtf(image[:, :62])
    with pytest.raises(UsageError, match=r"the scale 1\.5; expected a whole number"):
        mtf(image, scale=1.5)
