"""Uformer by Wang et al.: five levels of transformer blocks with attention in windows."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from iqabench.models.layers.shapes import Shapes, count
from iqabench.models.layers.windows import without_computed
from iqabench.models.uformer.blocks import OnImages, WindowLevel

_HEADS = (1, 2, 4, 8, 16, 16, 8, 4, 2)
"""The attention heads of the levels, down and up."""
_DEPTH = 4
"""The number of halvings."""


class Uformer(nn.Module):
    """Four levels of blocks down, a lowest one, and four up with skips; the result is added to the image.

    `depths` are the numbers of blocks of the levels, down and up. The image stands in the middle of a black
    square whose side is a multiple of 16 windows, as in the authors' tests. `deep_shift` tells whether the
    lowest level shifts its windows: it does not when the network is made for crops of 16 windows, which is
    the authors' default.

    Shapes: (N, 3, H, W), kept. Range: 0 to 1.
    Source: Wang et al., "Uformer: A General U-Shaped Transformer for Image Restoration", CVPR 2022,
    arXiv:2106.03106.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        levels = [
            *(f"encoderlayer_{place}" for place in range(_DEPTH)),
            "conv",
            *(f"decoderlayer_{place}" for place in range(_DEPTH)),
        ]
        return {
            "features": shapes["input_proj.proj.0.weight"][0],
            "depths": [count(shapes, f"{level}.blocks.#.norm1.weight") for level in levels],
        }

    def __init__(
        self,
        features: int = 32,
        depths: Sequence[int] = (1, 2, 8, 8, 2, 8, 8, 2, 1),
        side: int = 8,
        *,
        deep_shift: bool = False,
    ) -> None:
        super().__init__()
        self.step = side * 2**_DEPTH
        widths = [features * 2**level for level in range(_DEPTH + 1)]

        def level(place: int, width: int, *, shifted: bool = True) -> WindowLevel:
            modulated = place > _DEPTH
            heads = _HEADS[place]
            return WindowLevel(
                width, depths[place], heads, side, shifted=shifted, modulated=modulated
            )

        self.input_proj = OnImages("proj", nn.Conv2d(3, features, 3, padding=1), activated=True)
        for place, width in enumerate(widths[:-1]):
            self.add_module(f"encoderlayer_{place}", level(place, width))
            halving = nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)
            self.add_module(f"dowsample_{place}", OnImages("conv", halving))
        self.conv = level(_DEPTH, widths[-1], shifted=deep_shift)
        for place, width in enumerate(reversed(widths[:-1])):
            inputs = widths[-1] if place == 0 else 4 * width
            doubling = nn.ConvTranspose2d(inputs, width, 2, stride=2)
            self.add_module(f"upsample_{place}", OnImages("deconv", doubling))
            self.add_module(f"decoderlayer_{place}", level(_DEPTH + 1 + place, 2 * width))
        self.output_proj = OnImages("proj", nn.Conv2d(2 * features, 3, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the restored image."""
        height, width = x.shape[2:]
        side = -(-max(height, width) // self.step) * self.step
        top, left = (side - height) // 2, (side - width) // 2
        square = pad(x, (left, side - width - left, top, side - height - top))
        output = square + self._change(square.movedim(1, 3)).movedim(3, 1)
        return output[:, :, top : top + height, left : left + width]

    def _change(self, image: Tensor) -> Tensor:
        """Return what is added to a square image.

        Shapes: (N, H, H, 3), kept.
        """
        tokens = self.input_proj(image)
        skips = []
        for place in range(_DEPTH):
            skips.append(self.get_submodule(f"encoderlayer_{place}")(tokens))
            tokens = self.get_submodule(f"dowsample_{place}")(skips[-1])
        tokens = self.conv(tokens)
        for place in range(_DEPTH):
            larger = self.get_submodule(f"upsample_{place}")(tokens)
            both = torch.cat([larger, skips.pop()], dim=-1)
            tokens = self.get_submodule(f"decoderlayer_{place}")(both)
        change: Tensor = self.output_proj(tokens)
        return change


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:
    """Return published weights without the indices of windows, which follow from sizes."""
    del scale
    return without_computed(state)
