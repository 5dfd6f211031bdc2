"""Convolutions whose kernels a vector of the image generates, for blind super-resolution."""

from torch import Tensor, nn
from torch.nn import functional


class GeneratedDepthwise(nn.Module):
    """A depthwise convolution whose kernels are generated from a vector, one set for each image.

    Shapes: features (N, C, H, W) and vectors (N, C) to (N, C, H, W).
    Source: Wang et al., "Unsupervised degradation representation learning for blind super-resolution", CVPR
    2021, arXiv:2104.00416 (DASR).
    """

    def __init__(self, features: int, size: int = 3) -> None:
        super().__init__()
        self.size = size
        self.kernel = nn.Sequential(
            nn.Linear(features, features, bias=False),
            nn.LeakyReLU(0.1),
            nn.Linear(features, features * size**2, bias=False),
        )

    def forward(self, x: Tensor, vector: Tensor) -> Tensor:
        """Convolve the features x."""
        batch, channels, height, width = x.shape
        kernels = self.kernel(vector).view(batch * channels, 1, self.size, self.size)
        planes = x.reshape(1, batch * channels, height, width)
        filtered = functional.conv2d(
            planes, kernels, padding=self.size // 2, groups=batch * channels
        )
        return filtered.view(batch, channels, height, width)
