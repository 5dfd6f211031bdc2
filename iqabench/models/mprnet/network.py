"""MPRNet by Zamir et al.: stages that restore the quarters, the halves and the whole of an image."""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import plain3x3
from iqabench.models.layers.shapes import Shapes, count
from iqabench.models.mprnet.blocks import ChannelBlock, StageAttention
from iqabench.models.mprnet.stages import FullSizeStage, StageDecoder, StageEncoder


class MPRNet(nn.Module):
    """Three stages; the features and the image of each go into the next, and the last is added to the image.

    Each level of the U-shaped stages has `growth` channels more than the one above it, the last stage has
    `extra` more than they. All blocks share one activation, as in the authors' code: the published files hold
    its slope under many names.

    Shapes: (N, 3, H, W), kept; H and W multiples of 8. Range: 0 to 1.
    Source: Zamir et al., "Multi-Stage Progressive Image Restoration", CVPR 2021, arXiv:2102.02808.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        features = shapes["shallow_feat1.0.weight"][0]
        return {
            "features": features,
            "growth": shapes["stage1_encoder.down12.down.1.weight"][0] - features,
            "extra": shapes["concat23.weight"][0] - features,
            "blocks": count(shapes, "stage3_orsnet.orb1.body.#.body.0.weight"),
        }

    def __init__(
        self, features: int = 96, growth: int = 48, extra: int = 32, blocks: int = 8
    ) -> None:
        super().__init__()
        activation = nn.PReLU()
        widths = (features, features + growth, features + 2 * growth)

        def shallow() -> nn.Sequential:
            return nn.Sequential(plain3x3(3, features), ChannelBlock(features, activation))

        self.shallow_feat1 = shallow()
        self.shallow_feat2 = shallow()
        self.shallow_feat3 = shallow()
        self.stage1_encoder = StageEncoder(widths, activation, fusing=False)
        self.stage1_decoder = StageDecoder(widths, activation)
        self.stage2_encoder = StageEncoder(widths, activation, fusing=True)
        self.stage2_decoder = StageDecoder(widths, activation)
        self.stage3_orsnet = FullSizeStage(widths, features + extra, blocks, activation)
        self.sam12 = StageAttention(features)
        self.sam23 = StageAttention(features)
        self.concat12 = plain3x3(2 * features, features)
        self.concat23 = plain3x3(2 * features, features + extra)
        self.tail = plain3x3(features + extra, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Return the restored image."""
        halves = [self._half(half) for half in x.tensor_split(2, dim=2)]
        encoded = [torch.cat(levels, dim=2) for levels in zip(*halves, strict=True)]
        decoded = self.stage2_decoder(encoded)
        both = [self.shallow_feat3(x), self.sam23(decoded[0], x)]
        deep = self.stage3_orsnet(self.concat23(torch.cat(both, dim=1)), encoded, decoded)
        output: Tensor = self.tail(deep) + x
        return output

    def _half(self, half: Tensor) -> list[Tensor]:
        """Return what the encoder of the second stage finds in a half, whose quarters the first restores."""
        quarters = [
            self.stage1_encoder(self.shallow_feat1(quarter))
            for quarter in half.tensor_split(2, dim=3)
        ]
        encoded = [torch.cat(levels, dim=3) for levels in zip(*quarters, strict=True)]
        decoded = self.stage1_decoder(encoded)
        both = [self.shallow_feat2(half), self.sam12(decoded[0], half)]
        found: list[Tensor] = self.stage2_encoder(
            self.concat12(torch.cat(both, dim=1)), (encoded, decoded)
        )
        return found
