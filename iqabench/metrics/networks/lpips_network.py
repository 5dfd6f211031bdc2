"""The networks of LPIPS: the features of a backbone, and the heads that weigh how far they lie apart.

They are written here and not taken from the package `lpips`, whose constructor downloads a backbone or draws
one at random; its heads, which are what the paper trained, are read from the installed package.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn

from iqabench.metrics.networks.backbones import ALEXNET, SQUEEZENET, VGG16, Backbone
from iqabench.metrics.networks.convolutions import alexnet, convolutions, squeezenet, through, vgg16
from iqabench.metrics.networks.image_tensors import colours, load_state, precision
from iqabench.metrics.networks.tiles import tiles, whole
from iqabench.metrics.networks.weights import lpips_heads_file

_loading = threading.Lock()


@dataclass(frozen=True)
class Trunk:
    """A backbone, and the layers in which images are compared."""

    backbone: Backbone
    layers: Callable[[], nn.Sequential]
    taps: tuple[int, ...]
    widths: tuple[int, ...]
    tiled: bool = False
    """True when large images are taken in tiles: VGG16's first stage keeps 64 numbers for each pixel."""


TRUNKS = {
    "alex": Trunk(ALEXNET, alexnet, (1, 4, 7, 9, 11), (64, 192, 384, 256, 256)),
    "vgg": Trunk(VGG16, vgg16, (3, 8, 15, 22, 29), (64, 128, 256, 512, 512), tiled=True),
    "squeeze": Trunk(
        SQUEEZENET, squeezenet, (1, 4, 7, 9, 10, 11, 12), (64, 128, 256, 384, 384, 512, 512)
    ),
}
"""The trunks by the names of the authors' files."""


class Lpips(nn.Module):
    """The distance of images in some layers of a backbone.

    Shapes: two (N, 3, H, W) to (N,).
    Range: images in -1..1.
    """

    def __init__(self, net: str = "alex", version: str = "0.1") -> None:
        super().__init__()
        self.trunk = TRUNKS[net]
        self.features = self.trunk.layers()
        self.heads = nn.ParameterList(torch.zeros(1, width, 1, 1) for width in self.trunk.widths)
        self.scaled = version != "0.0"
        self.shift = nn.Buffer(colours(-0.030, -0.088, -0.188), persistent=False)
        self.scale = nn.Buffer(colours(0.458, 0.448, 0.450), persistent=False)

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        """The weighted squared distance of unit feature vectors, mean over places, sum over layers."""
        both = torch.cat((output, target))
        sums: list[Tensor | float] = [0.0] * len(self.heads)
        counts = [0] * len(self.heads)
        for tile in (tiles if self.trunk.tiled else whole)(*both.shape[2:]):
            for layer, apart in enumerate(self._layers(tile.cut(both))):
                inner = tile.inner(apart, 2**layer)  # VGG16 halves the image after each stage
                sums[layer] = sums[layer] + _sum(inner)
                counts[layer] += inner[0].numel()
        distance = both.new_zeros(len(output))
        for total, count in zip(sums, counts, strict=True):
            distance = distance + total / count
        return distance

    def _layers(self, both: Tensor) -> list[Tensor]:
        """Return for each layer the distance of outputs and targets at each place: (N, h, w)."""
        x = (both - self.shift) / self.scale if self.scaled else both
        features = through(self.features, self.trunk.taps, x)
        return [_apart(layer, head) for layer, head in zip(features, self.heads, strict=True)]


def _sum(apart: Tensor) -> Tensor:
    """Return the sum over places, row by row and in double, where the order of adding matters little."""
    return apart.sum(2, dtype=torch.float64).sum(1)


def _apart(features: Tensor, head: Tensor) -> Tensor:
    unit = features / (features.square().sum(1, keepdim=True).sqrt() + 1e-10)
    output, target = unit.chunk(2)
    return ((output - target).square() * head).sum(1)


def network(device: str, owner: str = "lpips", net: str = "alex", version: str = "0.1") -> Lpips:
    """Return the network with its published weights, loaded once for each device.

    Raises: MetricError when the weights cannot be had.
    """
    with _loading:
        return _load(device, owner, net, version)


@cache
def _load(device: str, owner: str, net: str, version: str) -> Lpips:
    model = Lpips(net, version)
    state = convolutions(load_state(TRUNKS[net].backbone.path(owner)))
    model.load_state_dict(state | heads(owner, net, version))
    return model.requires_grad_(False).eval().to(device, precision(device))


def heads(owner: str, net: str, version: str) -> dict[str, Tensor]:
    """Return the heads that the authors trained, from their package.

    Raises: MetricWeightsError when that is not installed.
    """
    path = lpips_heads_file(owner, net, version)
    state = load_state(path)
    count = len(TRUNKS[net].widths)
    return {f"heads.{n}": state[f"lin{n}.model.1.weight"] for n in range(count)}
