"""The convolutions of AlexNet, VGG16 and SqueezeNet 1.1, layer by layer under torchvision's names."""

from collections.abc import Callable, Collection, Iterator

import torch
from torch import Tensor, nn

VGG16_WIDTHS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""Output channels of the convolutions of each stage."""


def alexnet() -> nn.Sequential:
    """Five convolutions (Krizhevsky, One weird trick for parallelizing convolutional networks, 2014)."""
    return nn.Sequential(
        nn.Conv2d(3, 64, 11, stride=4, padding=2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, stride=2),
        nn.Conv2d(64, 192, 5, padding=2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, stride=2),
        nn.Conv2d(192, 384, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(384, 256, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(256, 256, 3, padding=1),
        nn.ReLU(inplace=True),
    )


def vgg16(pool: Callable[[], nn.Module] = lambda: nn.MaxPool2d(2)) -> nn.Sequential:
    """Five stages of convolutions, a pooling between stages (Simonyan and Zisserman, ICLR 2015)."""
    layers: list[nn.Module] = []
    incoming = 3
    for stage, widths in enumerate(VGG16_WIDTHS):
        if stage > 0:
            layers.append(pool())
        for width in widths:
            layers += [nn.Conv2d(incoming, width, 3, padding=1), nn.ReLU(inplace=True)]
            incoming = width
    return nn.Sequential(*layers)


def squeezenet() -> nn.Sequential:
    """A convolution and eight modules named fire (Iandola et al., SqueezeNet, 2016), release 1.1."""

    def pool() -> nn.Module:
        return nn.MaxPool2d(3, stride=2, ceil_mode=True)

    first = [nn.Conv2d(3, 64, 3, stride=2), nn.ReLU(inplace=True)]
    return nn.Sequential(
        *first,
        pool(),
        *(Fire(64, 16, 64), Fire(128, 16, 64)),
        pool(),
        *(Fire(128, 32, 128), Fire(256, 32, 128)),
        pool(),
        *(Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256)),
    )


class Fire(nn.Module):
    """Few channels, and from them many: half by points, half by neighbourhoods of 3x3.

    The dilation of points says nothing but keeps torch from taking another path where it has one thread, with
    other last digits.
    """

    def __init__(self, incoming: int, few: int, half: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(incoming, few, 1, dilation=2)
        self.expand1x1 = nn.Conv2d(few, half, 1, dilation=2)
        self.expand3x3 = nn.Conv2d(few, half, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: (N, incoming, H, W) to (N, 2 half, H, W)."""
        few = self.squeeze(x).relu_()
        return torch.cat((self.expand1x1(few), self.expand3x3(few)), 1).relu_()


def convolutions(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The part of a whole network's state that belongs to its convolutions."""
    return {name: state[name] for name in state if name.startswith("features.")}


def through(layers: nn.Sequential, taps: Collection[int], x: Tensor) -> Iterator[Tensor]:
    """Yield the outputs of the layers of those numbers, in order."""
    for number, layer in enumerate(layers):
        x = layer(x)
        if number in taps:
            yield x
