"""DnCNN as deployed, from Zhang et al.: the noise is estimated, then subtracted."""

from torch import Tensor, nn

from iqabench.models._blocks import conv3x3


class DnCNN(nn.Module):
    """A chain of convolutions that estimates the noise, which is then subtracted.

    Shapes: (N, channels, H, W), kept.
    Range: 0..1.
    Source: Zhang et al., "Beyond a Gaussian Denoiser: Residual Learning of Deep CNN for Image
    Denoising", IEEE TIP 2017, arXiv:1608.03981, section 3.
    """

    def __init__(
        self, scale: int = 1, layers: int = 17, features: int = 64, channels: int = 1
    ) -> None:
        super().__init__()
        if scale != 1:
            raise ValueError(f"DnCNN keeps the size of its input: scale is 1, not {scale}")
        # Paper: batch normalisation between convolution and activation; here: none, because the
        # published file has it merged into the convolutions.
        body: list[nn.Module] = [conv3x3(channels, features)]
        for _ in range(layers - 2):
            body += [nn.ReLU(inplace=True), conv3x3(features, features)]
        body += [nn.ReLU(inplace=True), conv3x3(features, channels)]
        self.model = nn.Sequential(*body)

    def forward(self, x: Tensor) -> Tensor:
        """The image without the noise that was found in it."""
        noise: Tensor = self.model(x)
        return x - noise
