"""Inpainting without learning, by OpenCV, as a network without parameters."""

import cv2
import numpy as np
import torch
from torch import Tensor, nn

_METHODS = {"telea": cv2.INPAINT_TELEA, "navier_stokes": cv2.INPAINT_NS}


class HoleFilling(nn.Module):
    """The hole is filled from its rim inwards, each pixel from known ones within a radius of 3 pixels.

    Shapes: images (N, C, H, W), C = 1 or 3, and masks (N, 1, H, W), to (N, C, H, W).
    Range: 0..255.
    Source: Telea, "An image inpainting technique based on the fast marching method", JGT 9(1), 2004;
    Bertalmio et al., "Navier-Stokes, fluid dynamics, and image and video inpainting", CVPR 2001.
    """

    def __init__(self, method: str) -> None:
        super().__init__()
        self.method = method

    def forward(self, input: Tensor, mask: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the filled images."""
        filled = [self._fill(image, hole) for image, hole in zip(input, mask, strict=True)]
        return torch.stack(filled).to(input)

    def _fill(self, image: Tensor, mask: Tensor) -> Tensor:
        pixels = np.ascontiguousarray(image.permute(1, 2, 0).cpu().numpy().astype(np.uint8))
        hole = np.ascontiguousarray(mask[0].cpu().numpy().astype(np.uint8))
        filled = cv2.inpaint(pixels, hole, 3, _METHODS[self.method]).reshape(pixels.shape)
        return torch.from_numpy(filled).permute(2, 0, 1)
