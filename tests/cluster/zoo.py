"""Models that fail in every way, for sweeps; this file is copied to where only the driver has it.

The fault happens at the image whose input is 12 pixels wide, and not at all where ZOO_TAME is set, so that
the same model, under the same key, has its undisturbed figures.
"""

import os
import time
from collections.abc import Callable

import torch
from torch import nn

WIDTH = 12
"""The width of the input at which the fault happens; targets at a scale of 4 are 48 pixels wide."""


class Enlarger(nn.Module):
    """Enlarge by 4, with a pause before each image and a fault at one of them."""

    def __init__(
        self, gain: float, pause_s: float = 0.0, fault: Callable[[], object] = lambda: None
    ) -> None:
        super().__init__()
        self.pause_s, self.fault = pause_s, fault
        self.gain = nn.Parameter(torch.tensor(gain))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the image (1, 3, H, W) as (1, 3, 4 H, 4 W)."""
        time.sleep(self.pause_s)
        if image.shape[-1] == WIDTH and not os.environ.get("ZOO_TAME"):
            self.fault()
        return nn.functional.interpolate(image * self.gain, scale_factor=4.0, mode="bilinear")


def quick() -> nn.Module:
    """Make a model without faults."""
    return Enlarger(0.98)


def slow() -> nn.Module:
    """Make a model that leaves time for kills."""
    return Enlarger(0.97, 0.4)


def slower() -> nn.Module:
    """Make another model that leaves time for kills."""
    return Enlarger(0.92, 0.6)


def leaves() -> nn.Module:
    """Make a model that ends its interpreter."""
    return Enlarger(0.96, fault=lambda: os._exit(3))


def aborts() -> nn.Module:
    """Make a model that crashes as native code does."""
    return Enlarger(0.95, fault=os.abort)


def hangs() -> nn.Module:
    """Make a model that never returns."""
    return Enlarger(0.94, fault=lambda: time.sleep(3600))


def never_made() -> nn.Module:
    """End the interpreter before there is a model."""
    if not os.environ.get("ZOO_TAME"):
        os._exit(4)
    return Enlarger(0.93)
