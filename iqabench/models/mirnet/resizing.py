"""The halving and doubling layers between the streams of MIRNet."""

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, pad


def narrow(inputs: int, outputs: int) -> nn.Conv2d:
    """Return a 1x1 convolution without bias."""
    return nn.Conv2d(inputs, outputs, 1, bias=False)


def plain3x3(inputs: int, outputs: int) -> nn.Conv2d:
    """Return a 3x3 convolution without bias, which keeps height and width."""
    return nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)


class BlurredHalving(nn.Module):
    """Every second pixel of features that a binomial filter has blurred.

    Source: Zhang, "Making Convolutional Networks Shift-Invariant Again", ICML 2019, arXiv:1904.11486.
    """

    filt: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        line = torch.tensor([0.25, 0.5, 0.25])
        self.register_buffer("filt", torch.outer(line, line).repeat(channels, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Halve the features x.

        Shapes: (N, C, H, W) to (N, C, H / 2, W / 2), halves rounded up; H and W at least 2.
        """
        return conv2d(pad(x, (1, 1, 1, 1), "reflect"), self.filt, stride=2, groups=x.shape[1])


class TwoWays(nn.Module):
    """The sum of a deep way, `top`, and a shallow way, `bot`, through which features change their size."""

    def __init__(self, top: nn.Sequential, bot: nn.Sequential) -> None:
        super().__init__()
        self.top = top
        self.bot = bot

    def forward(self, x: Tensor) -> Tensor:
        """Change the size of the features x."""
        output: Tensor = self.top(x) + self.bot(x)
        return output


class Chain(nn.Module):
    """A chain of layers that change the size of features."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.body = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Change the size of the features x."""
        output: Tensor = self.body(x)
        return output


def halving(channels: int) -> TwoWays:
    """Return a layer that halves height and width and doubles the channels."""
    return TwoWays(
        nn.Sequential(
            narrow(channels, channels),
            nn.PReLU(),
            plain3x3(channels, channels),
            nn.PReLU(),
            BlurredHalving(channels),
            narrow(channels, 2 * channels),
        ),
        nn.Sequential(BlurredHalving(channels), narrow(channels, 2 * channels)),
    )


def doubling(channels: int) -> TwoWays:
    """Return a layer that doubles height and width and halves the channels."""
    transposed = nn.ConvTranspose2d(
        channels, channels, 3, stride=2, padding=1, output_padding=1, bias=False
    )
    return TwoWays(
        nn.Sequential(
            narrow(channels, channels),
            nn.PReLU(),
            transposed,
            nn.PReLU(),
            narrow(channels, channels // 2),
        ),
        nn.Sequential(
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
            narrow(channels, channels // 2),
        ),
    )


def shrinking(channels: int, steps: int) -> Chain:
    """Return a chain that halves features `steps` times."""
    return Chain(*(halving(channels * 2**step) for step in range(steps)))


def enlarging(channels: int, steps: int) -> Chain:
    """Return a chain that doubles features `steps` times."""
    return Chain(*(doubling(channels // 2**step) for step in range(steps)))
