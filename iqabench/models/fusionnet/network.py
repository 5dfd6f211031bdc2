"""FusionNet: residual blocks on the differences between the panchromatic image and each band."""

from torch import Tensor, nn

from iqabench.models.layers.pansharpening import enlarge, residual_chain


class FusionNet(nn.Module):
    """Four residual blocks on the panchromatic image minus each enlarged band; the bands are added last.

    Shapes: input (N, B, H, W) and pan (N, 1, s H, s W) to (N, B, s H, s W). Range: 0..1.
    """

    def __init__(self, scale: int = 4, bands: int = 8, features: int = 32) -> None:
        super().__init__()
        self.scale = scale
        self.conv1 = nn.Conv2d(bands, features, 3, padding=1)
        self.backbone = residual_chain(self, features)
        self.conv3 = nn.Conv2d(features, bands, 3, padding=1)
        self.relu = nn.ReLU()

    def forward(self, input: Tensor, pan: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the sharpened bands."""
        large = enlarge(input, self.scale)
        sharp: Tensor = large + self.conv3(self.backbone(self.relu(self.conv1(pan - large))))
        return sharp
