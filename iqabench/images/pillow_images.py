"""Images of Pillow: the pixels that a file of the same mode has."""

import numpy as np
from PIL import Image as PillowImage

from iqabench.errors import ImageError
from iqabench.images.read import Image

_PLAIN = ("L", "RGB", "1", "P", "PA", "LA", "RGBA")
_GREY = ("L", "1", "LA")
_WITH_ALPHA = ("RGBA", "LA", "PA")


def pillow_pixels(image: PillowImage.Image, role: str = "image") -> Image:
    """Return the pixels of a PIL image: palettes are resolved, an opaque alpha channel is dropped.

    Shapes: (H, W, 1) for the modes L, 1 and LA, else (H, W, 3); uint8.
    Raises: ImageError for modes of more than 8 bits, for CMYK and others, for transparent pixels, for a
        size of 0, and for an image that cannot be loaded.
    """
    if image.mode not in _PLAIN:
        bits = " of more than 8 bits" if image.mode.startswith(("I", "F")) else ""
        raise ImageError(
            f"the {role} is a PIL image of mode {image.mode}{bits}; expected L or RGB, or 1, P, LA and RGBA "
            "without transparency. Convert it first, and say how in your paper."
        )
    if not image.width or not image.height:
        raise ImageError(f"the {role} is a PIL image of {image.width}x{image.height} pixels.")
    grey = image.mode in _GREY
    try:
        if image.mode in _WITH_ALPHA or "transparency" in image.info:
            image = image.convert("RGBA")
            if image.getchannel("A").getextrema() != (255, 255):
                raise ImageError(
                    f"the {role} is a PIL image that is transparent in places; what lies behind would be a "
                    "guess. Flatten it first."
                )
            image = image.convert("RGB")
        return np.atleast_3d(np.array(image.convert("L" if grey else "RGB")))
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise ImageError(f"the {role} is a PIL image that cannot be loaded: {error}.") from error
