"""Images to files: complete, or not at all."""

from pathlib import Path

import cv2
import numpy as np

from iqabench.atomic import write_whole
from iqabench.errors import ImageError
from iqabench.images.read import Image
from iqabench.images.rounding import quantise


def encode_image(image: Image, name: str = "an image") -> bytes:
    """Return an image as an 8-bit PNG; other images are rounded to 8 bits first.

    Raises: ImageError when OpenCV cannot encode it; `name` stands for the image in the message.
    """
    pixels = quantise(image)
    bgr = np.ascontiguousarray(pixels[:, :, ::-1])
    done, data = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        raise ImageError(f"{name}: OpenCV could not encode an image of shape {image.shape}.")
    return data.tobytes()


def write_image(path: Path, image: Image) -> None:
    """Write an 8-bit PNG; other images are rounded to 8 bits first. A broken write leaves no file.

    Raises: ImageError when the disk is full or the place cannot be written to.
    """
    data = encode_image(image, str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data, durable=False)
    except OSError as error:
        raise ImageError(f"{path} cannot be written: {error.strerror}.") from error
