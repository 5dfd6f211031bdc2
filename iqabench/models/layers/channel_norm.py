"""The normalisation of the channels of each pixel, as U-shaped networks for restoration have it."""

import torch
from torch import Tensor, nn


class ChannelNorm(nn.Module):
    """A layer norm over the channels of each pixel of an image.

    Without `centred` it has no bias, and features are divided by the standard deviation of their channels
    while the mean of these stays: the authors of Restormer call that free of bias.

    Source: Ba et al., "Layer Normalization", arXiv:1607.06450.
    """

    bias: Tensor | None

    def __init__(self, channels: int, *, smallest: float = 1e-5, centred: bool = True) -> None:
        super().__init__()
        self.smallest = smallest
        self.weight = nn.Parameter(torch.ones(channels))
        self.register_parameter("bias", nn.Parameter(torch.zeros(channels)) if centred else None)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise the features x.

        Shapes: (N, channels, H, W), kept.
        """
        variance, mean = torch.var_mean(x, dim=1, correction=0, keepdim=True)
        weight = self.weight[:, None, None]
        deviation = (variance + self.smallest).sqrt()
        if self.bias is None:
            return x / deviation * weight
        return (x - mean) / deviation * weight + self.bias[:, None, None]
