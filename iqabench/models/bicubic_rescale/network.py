"""A round trip by bicubic interpolation, as a network without parameters."""

import torch
from torch import Tensor, nn

from iqabench.images.imresize_torch import imresize_torch


class BicubicRescale(nn.Module):
    """MATLAB's `imresize` down by a scale, rounded to 8 bits, and up again.

    Shapes: (N, C, H, W), sides divisible by the scale, to low (N, C, H / scale, W / scale) and output
        (N, C, H, W). Range: 0..255.
    """

    def __init__(self, scale: int = 4) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, input: Tensor) -> dict[str, Tensor]:  # noqa: A002 - the role of the part
        """Return the small images and the images that come back."""
        low = [imresize_torch(image, 1 / self.scale) for image in torch.split(_rounded(input), 1)]
        back = [imresize_torch(image, self.scale) for image in low]
        return {
            "low": torch.cat(low).to(input.dtype),
            "output": torch.cat(back).to(input.dtype),
        }


def _rounded(images: Tensor) -> Tensor:
    return (images + 0.5).clamp(0, 255).to(torch.uint8)
