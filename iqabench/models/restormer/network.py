"""Restormer by Zamir et al.: four levels of transformer blocks whose attention runs over channels."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from iqabench.models.layers.blocks import plain3x3, pointwise
from iqabench.models.layers.shapes import Shapes, count
from iqabench.models.restormer.blocks import TransposedBlock, doubling, halving

_STEP = 8
"""The number that height and width are multiples of."""


class Levels(nn.Module):
    """Four levels of transformer blocks down and three up, with skips, and a last layer.

    With `centred` false the norms have no bias, as in the files for denoising.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        features: int,
        blocks: Sequence[int],
        refining: int,
        heads: Sequence[int],
        expansion: float,
        *,
        centred: bool,
    ) -> None:
        super().__init__()

        def chain(length: int, width: int, head_count: int) -> nn.Sequential:
            parts = (
                TransposedBlock(width, head_count, expansion, centred=centred)
                for _ in range(length)
            )
            return nn.Sequential(*parts)

        widths = [features * 2**level for level in range(4)]
        self.patch_embed = nn.ModuleDict({"proj": plain3x3(inputs, features)})
        self.encoder_level1 = chain(blocks[0], widths[0], heads[0])
        self.down1_2 = halving(widths[0])
        self.encoder_level2 = chain(blocks[1], widths[1], heads[1])
        self.down2_3 = halving(widths[1])
        self.encoder_level3 = chain(blocks[2], widths[2], heads[2])
        self.down3_4 = halving(widths[2])
        self.latent = chain(blocks[3], widths[3], heads[3])
        self.up4_3 = doubling(widths[3])
        self.reduce_chan_level3 = pointwise(widths[3], widths[2])
        self.decoder_level3 = chain(blocks[2], widths[2], heads[2])
        self.up3_2 = doubling(widths[2])
        self.reduce_chan_level2 = pointwise(widths[2], widths[1])
        self.decoder_level2 = chain(blocks[1], widths[1], heads[1])
        self.up2_1 = doubling(widths[1])
        self.decoder_level1 = chain(blocks[0], widths[1], heads[0])
        self.refinement = chain(refining, widths[1], heads[0])
        self.output = plain3x3(widths[1], outputs)

    def deep(self, shallow: Tensor) -> Tensor:
        """Return the features that the last layer takes.

        Shapes: (N, features, H, W) to (N, 2 features, H, W); H and W multiples of 8.
        """
        first = self.encoder_level1(shallow)
        second = self.encoder_level2(self.down1_2(first))
        third = self.encoder_level3(self.down2_3(second))
        deep = self.up4_3(self.latent(self.down3_4(third)))
        deep = self.decoder_level3(self.reduce_chan_level3(torch.cat([deep, third], 1)))
        deep = self.reduce_chan_level2(torch.cat([self.up3_2(deep), second], 1))
        deep = self.up2_1(self.decoder_level2(deep))
        refined: Tensor = self.refinement(self.decoder_level1(torch.cat([deep, first], 1)))
        return refined


def arguments_of_levels(shapes: Shapes) -> dict[str, Any]:
    """Return the arguments that both networks have in common, of one that has tensors of these shapes."""
    levels = ("encoder_level1", "encoder_level2", "encoder_level3", "latent")
    features, hidden = shapes["latent.0.ffn.project_out.weight"][:2]
    return {
        "features": shapes["patch_embed.proj.weight"][0],
        "blocks": [count(shapes, f"{level}.#.attn.temperature") for level in levels],
        "refining": count(shapes, "refinement.#.attn.temperature"),
        "heads": [shapes[f"{level}.0.attn.temperature"][0] for level in levels],
        "expansion": round((hidden + 0.5) / features, 2),
    }


class Restormer(Levels):
    """Four levels of transformer blocks down and three up, with skips; the result is added to the image.

    With `centred` false the norms have no bias, as in the files for denoising.

    Shapes: (N, channels, H, W), kept; H and W multiples of 8. Range: 0 to 1.
    Source: Zamir et al., "Restormer: Efficient Transformer for High-Resolution Image Restoration", CVPR 2022,
    arXiv:2111.09881.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "channels": shapes["output.weight"][0],
            **arguments_of_levels(shapes),
            "centred": "latent.0.norm1.body.bias" in shapes,
        }

    def __init__(
        self,
        channels: int = 3,
        features: int = 48,
        blocks: Sequence[int] = (4, 6, 6, 8),
        refining: int = 4,
        heads: Sequence[int] = (1, 2, 4, 8),
        expansion: float = 2.66,
        *,
        centred: bool = True,
    ) -> None:
        super().__init__(
            channels, channels, features, blocks, refining, heads, expansion, centred=centred
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the restored image."""
        output: Tensor = self.output(self.deep(self.patch_embed["proj"](x))) + x
        return output


class DualPixelRestormer(Levels):
    """Restormer for both views of a dual-pixel sensor; the image is made of features.

    Views whose sides are no multiples of 8 are continued by reflection.

    Shapes: two views (N, 3, H, W) to (N, 3, H, W); H and W at least 8. Range: 0 to 1.
    Source: as of `Restormer`.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return arguments_of_levels(shapes)

    def __init__(
        self,
        features: int = 48,
        blocks: Sequence[int] = (4, 6, 6, 8),
        refining: int = 4,
        heads: Sequence[int] = (1, 2, 4, 8),
        expansion: float = 2.66,
    ) -> None:
        super().__init__(6, 3, features, blocks, refining, heads, expansion, centred=True)
        self.skip_conv = pointwise(features, 2 * features)

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        """Return the image that both views show."""
        height, width = left.shape[2:]
        views = torch.cat([left, right], dim=1)
        padded = pad(views, (0, -width % _STEP, 0, -height % _STEP), "reflect")
        shallow = self.patch_embed["proj"](padded)
        output: Tensor = self.output(self.deep(shallow) + self.skip_conv(shallow))
        return output[:, :, :height, :width]
