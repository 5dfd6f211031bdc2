"""DnCNN by Zhang et al. as deployed: the noise is estimated, then subtracted."""

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.loaders.matconvnet import in_sequence


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
        self.model = _chain(channels, features, layers, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image minus the estimated noise."""
        noise: Tensor = self.model(x)
        return x - noise


class FDnCNN(nn.Module):
    """The same chain with the noise level as one more input channel; its output is the clean image.

    `sigma` is the standard deviation of the noise in that channel, in units of 0..255; it is the same
    everywhere in the image and for all images.

    Shapes: (N, channels, H, W), kept.
    Range: 0..1.
    Source: the authors' repository of DnCNN, Demo_FDnCNN_Gray.m; the level's channel is that of
    Zhang et al., FFDNet, IEEE TIP 2018, arXiv:1710.04026.
    """

    def __init__(self, layers: int, features: int, channels: int, sigma: float) -> None:
        super().__init__()
        self.sigma = sigma
        self.model = _chain(channels + 1, features, layers, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return the clean image."""
        level = torch.full_like(x[:, :1], self.sigma / 255)
        clean: Tensor = self.model(torch.cat([x, level], dim=1))
        return clean


def _chain(inputs: int, features: int, layers: int, outputs: int) -> nn.Sequential:
    # Paper: batch normalisation between convolution and activation; here: none, because the
    # published files have it merged into the convolutions.
    body: list[nn.Module] = [conv3x3(inputs, features)]
    for _ in range(layers - 2):
        body += [nn.ReLU(inplace=True), conv3x3(features, features)]
    return nn.Sequential(*body, nn.ReLU(inplace=True), conv3x3(features, outputs))


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:
    """Rename the tensors of a MatConvNet file as in the networks here; torch files keep their names."""
    del scale
    return state if "model.0.weight" in state else in_sequence(state, "model")
