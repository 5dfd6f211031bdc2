"""Corrections of an output by its input, for a known degradation, as networks without parameters.

The degradation is MATLAB's bicubic downscaling with a mirrored edge, a linear map D of rows and of columns.
"""

import math
from functools import lru_cache

import torch
from torch import Tensor, nn

from iqabench.images.imresize_torch import imresize_torch


class DctConsistency(nn.Module):
    """The least correction of an image after which its downscaling agrees with the input.

    The correction is D' (D D' + damping)^-1 (input - D image). With a mirrored edge the cosine transform
    makes D D' diagonal, so each coefficient of the error is divided by one number.

    Shapes: inputs (N, C, H, W) and images (N, C, scale H, scale W) to (N, C, scale H, scale W).
    Range: 0..255; the result is neither clipped nor rounded.
    """

    def __init__(self, scale: int = 4) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, input: Tensor, restored: Tensor, damping: float = 0.1) -> Tensor:  # noqa: A002
        """Return the corrected images; `damping` is in units of the gain of D D' at frequency 0."""
        image = restored.double()
        rows, columns = (_resizing(side, 1 / self.scale).to(image) for side in image.shape[2:])
        error = input.double() - rows @ image @ columns.mT
        of_rows, of_columns = (_cosines(side).to(image) for side in error.shape[2:])
        gains = _gains(rows, of_rows)[:, None] * _gains(columns, of_columns)
        spectrum = of_rows @ error @ of_columns.mT / (gains + damping * gains[0, 0])
        correction = rows.mT @ (of_rows.mT @ spectrum @ of_columns) @ columns
        return (image + correction).to(restored.dtype)


class BackProjection(nn.Module):
    """Iterative back-projection: the error of the downscaled image is enlarged and added, again and again.

    Shapes: inputs (N, C, H, W) and images (N, C, scale H, scale W) to (N, C, scale H, scale W).
    Range: 0..255; the result is neither clipped nor rounded.
    Source: Irani and Peleg, "Improving resolution by image registration", CVGIP 53(3), 1991.
    """

    def __init__(self, scale: int = 4) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, input: Tensor, restored: Tensor, iterations: float = 3) -> Tensor:  # noqa: A002
        """Return the corrected images."""
        image, source = restored.double(), input.double()
        rows, columns = (_resizing(side, 1 / self.scale).to(image) for side in image.shape[2:])
        up_rows, up_columns = (_resizing(side, self.scale).to(image) for side in source.shape[2:])
        for _ in range(int(iterations)):
            error = source - rows @ image @ columns.mT
            image = image + up_rows @ error @ up_columns.mT
        return image.to(restored.dtype)


@lru_cache(maxsize=8)
def _resizing(side: int, scale: float) -> Tensor:
    """Return the matrix (scale side, side) by which MATLAB's imresize makes an image smaller or larger."""
    pixels = torch.eye(side, dtype=torch.float64)[None, None]
    return imresize_torch(pixels, (scale, 1.0))[0, 0]


@lru_cache(maxsize=8)
def _cosines(side: int) -> Tensor:
    """Return the matrix (side, side) of the orthonormal cosine transform, DCT-II."""
    places = torch.arange(side, dtype=torch.float64)
    matrix = torch.cos(math.pi * (places + 0.5) * places[:, None] / side) * math.sqrt(2 / side)
    matrix[0] /= math.sqrt(2)
    return matrix


def _gains(downscaling: Tensor, cosines: Tensor) -> Tensor:
    """Return the gain of D D' at each frequency of the input: its diagonal in the cosine transform."""
    return ((cosines @ downscaling) ** 2).sum(dim=1)
