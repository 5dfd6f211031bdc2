"""Photographs, and what restoration and transmission do to them."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from iqabench.sets import load_set

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float64]


@cache
def photographs() -> list[Pixels]:
    """Five, of which the second and third are cut to odd sides: both, and one."""
    images = [np.asarray(sample.load().target, np.uint8) for sample in load_set("demo", 4)]
    images[1] = np.ascontiguousarray(images[1][:201, :237])
    images[2] = np.ascontiguousarray(images[2][:200, 100:365])
    return images


def _pixels(values: NDArray[Any]) -> Pixels:
    return np.asarray(np.clip(values, 0, 255).round(), np.uint8)


def _blur(target: Pixels) -> Pixels:
    return np.asarray(cv2.GaussianBlur(target, (0, 0), 1.5), np.uint8)


def _noise(target: Pixels) -> Pixels:
    return _pixels(target + np.random.default_rng(0).normal(0, 15, target.shape))


def _jpeg(target: Pixels) -> Pixels:
    code = cv2.imencode(".jpg", target, [cv2.IMWRITE_JPEG_QUALITY, 20])[1]
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)


def _upscaled(target: Pixels) -> Pixels:
    height, width = target.shape[:2]
    small = cv2.resize(target, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


DAMAGES: dict[str, Callable[[Pixels], Pixels]] = {
    "blur": _blur,
    "noise": _noise,
    "jpeg": _jpeg,
    "x4": _upscaled,
    "contrast": lambda target: _pixels(target * 0.6 + 40),
    "stretched": lambda target: _pixels((target - 128.0) * 1.2 + 128),
    "brightness": lambda target: _pixels(target.astype(int) + 30),
    "saturation": lambda target: _pixels(target * 1.5 - target.mean(2, keepdims=True) / 2),
    "tint": lambda target: _pixels(target * np.array([1.1, 1.0, 0.85]) + 4),
    "negative": lambda target: 255 - target,
    "channels": lambda target: target[:, :, ::-1].copy(),
}


def damaged(target: Pixels) -> Iterator[tuple[str, Pixels]]:
    """The target under each damage, by name."""
    for name, damage in DAMAGES.items():
        yield name, damage(target)


USUAL = ["blur", "noise", "jpeg", "x4", "contrast", "tint"]
"""The damages that most metrics were made for."""

SIZES = [(181, 217), (208, 192), (199, 180), (240, 240)]
"""Odd and even, so that each step down of a pyramid meets both."""


def pairs(name: str) -> Iterator[tuple[Pixels, Pixels]]:
    """Output and target of every size, each of another photograph, cut before it is damaged."""
    for photograph, (height, width) in zip((0, 3, 4, 0), SIZES, strict=True):
        target = np.ascontiguousarray(photographs()[photograph][:height, :width])
        yield DAMAGES[name](target), target


CASES = [
    (f"{name} of {number}", damage(target), target)
    for number, target in enumerate(photographs())
    for place, (name, damage) in enumerate(DAMAGES.items())
    if number in ((0, 3, 4)[place % 3], (1, 2)[place % 2])
]
"""Every damage to a photograph of even sides and to one with an odd side, by name."""
PAIRS = [case[1:] for case in CASES]
"""Output and target."""
IDS = [case[0] for case in CASES]


def luminance(image: NDArray[Any]) -> Plane:
    """Double precision, in the image's units."""
    return np.asarray(image.astype(np.float64) @ np.array([0.299, 0.587, 0.114]))


def tensors(*images: NDArray[Any]) -> list[torch.Tensor]:
    """(H, W, C) to (1, C, H, W) in double."""
    return [torch.from_numpy(image.astype(np.float64).transpose(2, 0, 1)[None]) for image in images]
