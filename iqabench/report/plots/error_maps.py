"""Maps of the difference between an output and its target, with the same colours in every picture."""

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from iqabench.images import Image

FULL = 64
"""Difference, of 255, from which on every pixel has the brightest colour."""

Bytes = NDArray[np.uint8]


def decoded(png: bytes) -> Image | None:
    """Return the pixels of an encoded picture, grey as three channels; None when they cannot be read."""
    found = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB)
    return None if found is None else np.asarray(found)


def encoded(image: Image) -> bytes:
    """Return an image as 8-bit PNG."""
    done, data = cv2.imencode(".png", np.ascontiguousarray(image[:, :, ::-1]))
    if not done:
        raise ValueError(f"OpenCV could not encode an image of shape {image.shape}")
    return data.tobytes()


def error_map(output: Image, target: Image) -> bytes:
    """Return the largest absolute difference over the channels of each pixel, as a PNG with a palette.

    Shapes: two (H, W, C), uint8.
    Range: 0 is the palette's first colour; 64 and more the last.
    """
    apart = cv2.absdiff(output, target).reshape(*target.shape[:2], -1).max(axis=2)
    steps = np.minimum(apart.astype(np.uint16) * 255 // FULL, 255).astype(np.uint8)
    picture = PillowImage.fromarray(steps, "L")
    picture.putpalette(_palette().tobytes())
    out = io.BytesIO()
    picture.save(out, format="PNG", compress_level=9)
    return out.getvalue()


def gradient(stops: int = 9) -> str:
    """Return the palette as CSS writes a gradient."""
    colours = _palette()[np.linspace(0, 255, stops).round().astype(int)]
    return ", ".join(f"#{r:02x}{g:02x}{b:02x}" for r, g, b in colours.tolist())


def _palette() -> Bytes:
    """Return 256 colours, from black over red to pale yellow.

    Shapes: (256, 3).
    """
    steps = np.arange(256, dtype=np.uint8)[None]
    return np.asarray(cv2.applyColorMap(steps, cv2.COLORMAP_INFERNO)[0, :, ::-1], dtype=np.uint8)
