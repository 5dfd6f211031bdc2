"""Baselines of harmonisation, as networks without parameters."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class UnchangedComposite(nn.Module):
    """The composite as it is: the first row of every table of harmonisation.

    Shapes: images (N, C, H, W) and masks (N, 1, H, W), to the images. Range: 0..255.
    """

    def forward(self, input: Tensor, mask: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the images unchanged."""
        del mask
        return input


class ColourTransfer(nn.Module):
    """The foreground is given the mean and the deviation of the background in each channel of CIELAB.

    Images without foreground or without background are returned unchanged.

    Shapes: images (N, 3, H, W) and masks (N, 1, H, W), to (N, 3, H, W). Range: 0..255.
    Source: Reinhard et al., "Color transfer between images", IEEE CG&A 21(5), 2001, in CIELAB.
    """

    def forward(self, input: Tensor, mask: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the images with a matched foreground."""
        pairs = zip(input, mask, strict=True)
        return torch.stack([_transferred(image, inside[0] > 0) for image, inside in pairs])


def _transferred(image: Tensor, inside: Tensor) -> Tensor:
    foreground = inside.cpu().numpy()
    if foreground.all() or not foreground.any():
        return image
    pixels = np.ascontiguousarray(image.permute(1, 2, 0).cpu().numpy(), dtype=np.float32)
    lab = cv2.cvtColor(pixels / 255, cv2.COLOR_RGB2LAB)
    lab[foreground] = _matched(lab[foreground], lab[~foreground])
    matched = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * 255
    matched[~foreground] = pixels[~foreground]
    return torch.from_numpy(matched).permute(2, 0, 1).to(image)


def _matched(values: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return values (N, 3) with the mean and the deviation of others."""
    spread = np.maximum(values.std(axis=0), 1e-6)
    scaled = (values - values.mean(axis=0)) * (others.std(axis=0) / spread)
    return np.asarray(scaled + others.mean(axis=0), dtype=np.float32)
