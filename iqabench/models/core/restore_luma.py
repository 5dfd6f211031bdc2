"""The restoration of colour images by networks of luma: chroma is enlarged by bicubic interpolation.

That is how papers make colour images with networks of one channel. Luma is BT.601 in 16..235, as the networks
of the field take it and as their tables compare it.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from iqabench.images import Image, luma
from iqabench.images.imresize import imresize
from iqabench.tasks import Ratio

_FROM_RGB = (
    np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]])
    / 255
)
"""The weights of red, green and blue (0..255) in Y - 16, Cb - 128 and Cr - 128, of BT.601."""
_TO_RGB = np.linalg.inv(_FROM_RGB)


def restore_luma(
    image: Image, scale: Ratio, restore_plane: Callable[[Image], Image]
) -> NDArray[np.floating]:
    """Restore an image by a function that restores its luma.

    Shapes: (H, W, C) to (s H, s W, C); `restore_plane` takes (H, W, 1) in 16..235 and gives (s H, s W, 1).
    Units: 0..255, neither clipped nor rounded.
    """
    shifted = restore_plane(luma(image, dtype=np.float64)).astype(np.float64) - 16
    if image.shape[2] == 1:
        return shifted * (255 / 219)
    chroma = image.astype(np.float64) @ _FROM_RGB[1:].T
    if scale != 1:
        chroma = imresize(chroma, float(scale))
    restored: NDArray[np.float64] = np.concatenate([shifted, chroma], axis=2) @ _TO_RGB.T
    return restored
