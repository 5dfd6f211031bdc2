"""Opinions that nobody has: photographs under graded damage, and a number that falls with the grade."""

from functools import cache, partial

import cv2
import numpy as np

from iqabench.metrics.networks.unpaired_data import PristineImage, Rated

from .damage import Pixels, photographs

LEVELS = 5


def blurred(image: Pixels, level: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 0.3 + 2.7 * level))


def noisy(image: Pixels, level: float) -> Pixels:
    noise = np.random.default_rng(int(1000 * level)).normal(0, 40 * level, image.shape)
    return np.asarray(np.clip(image + noise, 0, 255).round(), np.uint8)


def compressed(image: Pixels, level: float) -> Pixels:
    code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, round(90 - 82 * level)])[1]
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)


@cache
def rated() -> list[Rated]:
    """Five scenes under three damages of five levels; the opinion falls with the level, not evenly."""
    return [
        Rated(
            partial(damage, photographs()[scene], level / (LEVELS - 1)),
            5 - 4 * (level / (LEVELS - 1)) ** 0.7,
            str(scene),
            f"{damage.__name__} {level} of {scene}",
        )
        for scene in range(5)
        for damage in (blurred, noisy, compressed)
        for level in range(LEVELS)
    ]


def pristine() -> list[PristineImage]:
    return [
        PristineImage(partial(np.asarray, photographs()[n]), str(n), f"scene {n}") for n in range(5)
    ]
