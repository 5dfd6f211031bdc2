"""Blur by a Gaussian kernel as blind super-resolution means it, isotropic or turned."""

from math import inf

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import UsageError
from iqabench.images import Image

_RADIANS = np.pi / 180


@degradation(
    title="Gaussian kernel of blind super-resolution",
    strength="sigma",
    unit_of_strength="pixels",
    usual=(1.8, 2.2, 2.6, 3.2),
    source="SRMD and IKC: a kernel of 21x21 pixels; DASR, CVPR 2021, for turned kernels",
)
def kernel_blur(
    image: Image,
    *,
    sigma: float = 0,
    lambda1: float = 0,
    lambda2: float = 0,
    theta: float = 0,
    size: int = 21,
    shift: float = 0,
) -> Image:
    """Filter `image` by a sampled and normalised Gaussian of size x size pixels, in double precision.

    Either `sigma`, or `lambda1` and `lambda2`: the deviations along two axes, the first turned by `theta`
    degrees. `shift` moves the centre of the kernel right and down, in pixels: 0 keeps it on the middle pixel;
    (scale - 1) / 2 puts the samples of a direct stride onto the grid of bicubic downscaling. Outside, the
    image is reflected about its edge pixel (c b | a b c).

    Shapes: (H, W, C), returned alike, float64, neither clipped nor rounded.
    Raises: UsageError for deviations that are not positive, both kinds of them, and an even size.
    """
    if size < 1 or size % 2 == 0:
        raise UsageError(
            f"kernel_blur was given a kernel of size {size}; expected an odd number, as 21."
        )
    axes = (lambda1, lambda2) if lambda1 or lambda2 else (sigma, sigma)
    is_both = bool(sigma) and axes != (sigma, sigma)
    if is_both or not all(0 < axis < inf for axis in axes):
        raise UsageError(
            f"kernel_blur was given sigma {sigma}, lambda1 {lambda1} and lambda2 {lambda2}; expected a sigma "
            "above 0 only, such as 2.6, or lambda1 and lambda2 above 0."
        )
    kernel = gaussian_kernel(axes, theta, size, shift)
    source = np.ascontiguousarray(image, dtype=np.float64)
    blurred = cv2.filter2D(source, cv2.CV_64F, kernel, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(blurred).reshape(image.shape)


def gaussian_kernel(
    axes: tuple[float, float], theta: float = 0, size: int = 21, shift: float = 0
) -> NDArray[np.float64]:
    """Return a normalised kernel (size, size) for a correlation, with deviations along two axes in pixels."""
    turn = np.array(
        [
            [np.cos(theta * _RADIANS), -np.sin(theta * _RADIANS)],
            [np.sin(theta * _RADIANS), np.cos(theta * _RADIANS)],
        ]
    )
    precision = np.linalg.inv(turn @ np.diag(np.square(axes)) @ turn.T)
    place = np.arange(size) - size // 2 - shift
    points = np.stack(np.meshgrid(place, place), axis=-1)
    kernel = np.exp(-0.5 * np.einsum("yxi,ij,yxj->yx", points, precision, points))
    return np.asarray(kernel / kernel.sum(), dtype=np.float64)
