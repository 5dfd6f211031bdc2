"""Small networks with all kinds of coupled channels that occur in super-resolution."""

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from iqabench.models.edsr.network import EDSR
from iqabench.models.imdn.network import IMDN
from iqabench.models.pocket.network import Pocket
from iqabench.models.rfdn.network import RFDN
from iqabench.models.rlfn.network import RLFN


class Shuffled(nn.Module):
    """One convolution before a pixel shuffle, one behind it."""

    def __init__(self, features: int = 5, factor: int = 2) -> None:
        super().__init__()
        self.before = nn.Conv2d(3, features * factor**2, 3, padding=1)
        self.shuffle = nn.PixelShuffle(factor)
        self.behind = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.behind(self.shuffle(self.before(x)).relu())
        return y


class Unshuffled(nn.Module):
    """One convolution before a pixel unshuffle, and a pixel shuffle at the end."""

    def __init__(self, features: int = 5) -> None:
        super().__init__()
        self.before = nn.Conv2d(3, features, 3, padding=1)
        self.fold = nn.PixelUnshuffle(2)
        self.behind = nn.Conv2d(4 * features, 12, 3, padding=1)
        self.shuffle = nn.PixelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.shuffle(self.behind(self.fold(self.before(x)).relu()))
        return y


class Mixed(nn.Module):
    """A sum of shuffled and plain features, a concatenation, a depthwise layer, a bare scale, a norm."""

    def __init__(self, features: int = 6) -> None:
        super().__init__()
        self.shallow = nn.Conv2d(3, features, 3, padding=1)
        self.wide = nn.Conv2d(features, 4 * features, 3, padding=1)
        self.norm = nn.BatchNorm2d(features)
        self.slope = nn.PReLU(features)
        self.scale = nn.Parameter(torch.rand(1, features, 1, 1) + 0.5)
        self.aside = nn.Conv2d(features, 4, 1)
        self.depthwise = nn.Conv2d(4, 4, 3, padding=1, groups=4)
        self.last = nn.Conv2d(features + 4, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        shallow = self.shallow(x)
        large = interpolate(shallow, scale_factor=2.0, mode="nearest")
        deep = self.slope(self.norm(nn.functional.pixel_shuffle(self.wide(shallow), 2) + large))
        aside = self.depthwise(self.aside(deep).relu())
        y: Tensor = self.last(torch.cat([deep * self.scale, aside], dim=1))
        return y


class ImageIn(nn.Module):
    """Layers of the image's own channels, which learn, on both sides; and the image added at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.colour_in = nn.Conv2d(3, 3, 1)
        self.head = nn.Conv2d(3, 8, 3, padding=1)
        self.tail = nn.Conv2d(8, 3, 3, padding=1)
        self.colour_out = nn.Conv2d(3, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.colour_out(self.tail(self.head(self.colour_in(x)).relu()) + x)
        return y


class Gated(nn.Module):
    """One channel that weighs many."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Conv2d(3, 8, 3, padding=1)
        self.gate = nn.Conv2d(3, 1, 3, padding=1)
        self.tail = nn.Conv2d(8, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.tail(self.head(x) * self.gate(x).sigmoid())
        return y


class Two(nn.Module):
    """Two pointwise layers without bias, whose product can be written down."""

    def __init__(self, hidden: int = 4) -> None:
        super().__init__()
        self.a = nn.Conv2d(3, hidden, 1, bias=False)
        self.b = nn.Conv2d(hidden, 3, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.b(self.a(x))
        return y


class Residual(nn.Module):
    """Hidden channels that two layers write, and two read."""

    def __init__(self, hidden: int = 4) -> None:
        super().__init__()
        self.a = nn.Conv2d(3, hidden, 1)
        self.c = nn.Conv2d(hidden, hidden, 3, padding=1)
        self.b = nn.Conv2d(hidden, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.a(x)
        y: Tensor = self.b(h + self.c(h).relu())
        return y


def small(name: str) -> nn.Module:
    """Return a small network of a real architecture, with weights drawn from one seed."""
    torch.manual_seed(0)
    made: dict[str, nn.Module] = {
        "edsr": EDSR(4, 2, 8),
        "pocket": Pocket(4, 8, 3),
        "rlfn": RLFN(4, 8, blocks=1),
        "rfdn": RFDN(4, 8, blocks=2),
        "imdn": IMDN(4, 16, blocks=1),
        "shuffled": Shuffled(),
        "unshuffled": Unshuffled(),
        "mixed": Mixed(),
    }
    return made[name].eval()
