"""CARN-M with batch normalisation in its fusions and one tail: the form that adaptive networks build on."""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.carn.network import Cascade, EfficientBlock
from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.residual import DIV2K_MEAN, MeanShift, shuffle_tail
from iqabench.models.layers.shapes import Shapes


class NormalisedFusion(nn.Sequential):
    """A 1x1 convolution from `parts` concatenated feature maps to the width of one, normalised.

    Shapes: (N, parts * features, H, W) to (N, features, H, W).
    """

    def __init__(self, features: int, parts: int) -> None:
        super().__init__(
            nn.Conv2d(parts * features, features, 1, bias=False),
            nn.BatchNorm2d(features),
            nn.ReLU(inplace=True),
        )


class CARNFeatures(Cascade):
    """The cascade before it enlarges.

    Shapes: (N, 3, H, W) to (N, features, H, W).
    Range: 0..1, minus the mean colour of DIV2K.
    """

    def __init__(self, features: int = 64, groups: int = 4) -> None:
        blocks = [
            Cascade(features, [EfficientBlock(features, groups)], NormalisedFusion)
            for _ in range(3)
        ]
        super().__init__(features, blocks, NormalisedFusion)
        self.features = features
        self.entry = conv3x3(3, features)

    def forward(self, x: Tensor) -> Tensor:
        """Return the features of the image."""
        return super().forward(self.entry(x))


class CARNBatchNorm(CARNFeatures):
    """CARN-M with batch normalisation and a tail for one scale.

    With `mean_layers` the mean colour stands in the weights, as in ClassSR's files.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1.
    Source: Ahn et al., ECCV 2018, arXiv:1803.08664; in this form Kong et al., CVPR 2021, arXiv:2103.04039.
    """

    mean: Tensor

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "features": shapes["entry.bias"][0],
            "groups": shapes["entry.bias"][0] // shapes["b1.b1.body.0.weight"][1],
            "mean_layers": "sub_mean.weight" in shapes,
        }

    def __init__(
        self, scale: int = 4, features: int = 64, groups: int = 4, *, mean_layers: bool = False
    ) -> None:
        super().__init__(features, groups)
        self.mean_layers = mean_layers
        if mean_layers:
            self.sub_mean = MeanShift(
                DIV2K_MEAN, -1, trained=True
            )  # as the released code counts it
            self.add_mean = MeanShift(DIV2K_MEAN, 1, trained=True)
        else:
            mean = torch.tensor(DIV2K_MEAN).view(1, 3, 1, 1)
            self.register_buffer("mean", mean, persistent=False)
        tail = nn.ModuleDict({"body": shuffle_tail(features, scale, groups, relu=True)})
        self.upsample = nn.ModuleDict({"up": tail})
        self.exit = conv3x3(features, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        centred = self.sub_mean(x) if self.mean_layers else x - self.mean
        enlarged = self.get_submodule("upsample.up.body")(super().forward(centred))
        restored: Tensor = self.exit(enlarged)
        return self.add_mean(restored) if self.mean_layers else restored + self.mean
