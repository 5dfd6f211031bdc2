"""CIELAB: from sRGB, and how different two of its colours look.

Differences are taken in double precision. Sines and cosines are taken of what was rounded to single: that
moves a difference by less than 1 part in a million, and they are ten times as fast.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Image

Plane = NDArray[np.float64]

_XYZ = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)
"""The matrix from linear RGB of the primaries of sRGB (BT.709), white D65."""
_RELATIVE = _XYZ / np.array([[0.95047], [1.0], [1.08883]])
"""The same in parts of white."""
_POWER = 25.0**7


class Lab(NamedTuple):
    """Lightness (0..100), green to red, blue to yellow."""

    light: Plane
    a: Plane
    b: Plane


def lab(image: Image) -> Lab:
    """An image in sRGB as CIELAB under D65; one channel counts as R = G = B.

    Shapes: (H, W, C) in 0..255 to planes (H, W).
    """
    linear = _LINEAR[image] if image.dtype == np.uint8 else _linear(image)
    coloured = np.broadcast_to(linear, (*image.shape[:2], 3))
    xyz = cv2.split(cv2.transform(coloured, _RELATIVE))
    x, y, z = (_compressed(np.asarray(plane, np.float64)) for plane in xyz)
    return Lab(116 * y - 16, 500 * (x - y), 200 * (y - z))


def difference(one: Lab, other: Lab) -> Plane:
    """CIEDE2000 of two colours or planes of them, with weights k = 1.

    Sharma et al., The CIEDE2000 color-difference formula: implementation notes, supplementary test data,
    and mathematical observations, Color Research and Application 30(1), 2005. Angles in radians.
    """
    chroma = (_length(one.a, one.b) + _length(other.a, other.b)) / 2
    stretch = 1 + 0.5 * (1 - _saturation(chroma))
    (c1, h1), (c2, h2) = (_polar(stretch * part.a, part.b) for part in (one, other))
    turn = h2 - h1
    far = np.abs(turn) > np.pi
    hue = (h1 + h2) / 2
    hue += np.where(far, np.where(hue < np.pi, np.pi, -np.pi), 0)
    hue = np.where(c1 * c2 == 0, h1 + h2, hue)
    turn -= np.where(far, np.copysign(2 * np.pi, turn), 0)
    of_hue = 2 * np.sqrt(c1 * c2) * _sin(turn / 2)

    light, chroma = (one.light + other.light) / 2 - 50, (c1 + c2) / 2
    scale_light = 1 + 0.015 * light**2 / np.sqrt(20 + light**2)
    scale_hue = 1 + 0.015 * chroma * _tint(hue)
    by_light = (other.light - one.light) / scale_light
    by_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    by_hue = of_hue / scale_hue
    blue = (np.degrees(hue) - 275) / 25
    rotation = -2 * _saturation(chroma) * _sin(np.radians(60) * np.exp(-blue * blue))
    squared = by_light**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue
    root: Plane = np.sqrt(np.maximum(squared, 0))
    return root


def _sin(angle: Plane) -> NDArray[np.float32]:
    return np.sin(angle.astype(np.float32))


def _cos(angle: Plane) -> NDArray[np.float32]:
    return np.cos(angle.astype(np.float32))


def _length(a: Plane, b: Plane) -> Plane:
    length: Plane = np.sqrt(a * a + b * b)
    return length


def _linear(values: Image) -> Plane:
    """The light of a level, 0..1: the curve of sRGB, IEC 61966-2-1."""
    level = np.maximum(values.astype(np.float64), 0) / 255
    light: Plane = np.where(level > 0.04045, ((level + 0.055) / 1.055) ** 2.4, level / 12.92)
    return light


_LINEAR = _linear(np.arange(256))


def _compressed(light: Plane) -> Plane:
    """The cube root, straight near black."""
    straight = light * (841 / 108) + 4 / 29
    root: Plane = np.where(light > (6 / 29) ** 3, np.cbrt(light), straight)
    return root


def _saturation(chroma: Plane) -> Plane:
    """Between 0 and 1, half of it at a chroma of about 25."""
    cubed = chroma * chroma * chroma
    power = cubed * cubed * chroma
    root: Plane = np.sqrt(power / (power + _POWER))
    return root


def _polar(a: Plane, b: Plane) -> tuple[Plane, Plane]:
    """Chroma and hue, the latter in 0..2 pi."""
    hue = np.arctan2(b, a)
    return _length(a, b), np.where(hue < 0, hue + 2 * np.pi, hue)


def _tint(hue: Plane) -> Plane:
    """The part of the hue in how much a difference of hue weighs: T of the formula."""
    sum_of_cosines: Plane = (
        1
        - 0.17 * _cos(hue - np.radians(30))
        + 0.24 * _cos(2 * hue)
        + 0.32 * _cos(3 * hue + np.radians(6))
        - 0.20 * _cos(4 * hue - np.radians(63))
    )
    return sum_of_cosines
