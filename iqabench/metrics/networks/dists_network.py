"""The network of DISTS: VGG16's features under smooth poolings, compared by their means and variances."""

import threading
from collections.abc import Iterator
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from iqabench.metrics.networks.convolutions import VGG16_WIDTHS, convolutions, through, vgg16
from iqabench.metrics.networks.image_tensors import colours, load_state, precision
from iqabench.metrics.networks.tiles import tiles
from iqabench.metrics.networks.weights import dists_files

_WIDTHS = (3, *(widths[-1] for widths in VGG16_WIDTHS))
_TAPS = (3, 8, 15, 22, 29)
_STRIDES = (1, 1, 2, 4, 8, 16)
_STABLE = 1e-6
_CHANNELS = 8
"""So many are brought to double at a time."""
_loading = threading.Lock()


class Dists(nn.Module):
    """The distance of images in structure and texture.

    Shapes: two (N, 3, H, W) to (N,), in double.
    Range: images in 0..1.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = vgg16(Smooth)
        self.alpha = nn.Buffer(torch.zeros(sum(_WIDTHS)))
        self.beta = nn.Buffer(torch.zeros(sum(_WIDTHS)))
        self.mean = nn.Buffer(colours(0.485, 0.456, 0.406), persistent=False)
        self.deviation = nn.Buffer(colours(0.229, 0.224, 0.225), persistent=False)

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        """One minus the weighted mean of both similarities, written as how far each lies below 1."""
        both = torch.cat((output, target))
        sums = [torch.zeros((), dtype=torch.float64, device=both.device)] * len(_WIDTHS)
        counts = [0] * len(_WIDTHS)
        for tile in tiles(*both.shape[2:]):
            cut = tile.cut(both)
            for n, layer in enumerate(self._layers(cut)):
                inner = tile.inner(layer, _STRIDES[n])
                sums[n] = sums[n] + _moments(inner)
                counts[n] += inner[0, 0].numel()
        apart = [_apart(total / count) for total, count in zip(sums, counts, strict=True)]
        structure, texture = torch.cat(apart, 2)
        alpha, beta = self.alpha.double(), self.beta.double()
        distance: Tensor = (structure @ alpha + texture @ beta) / (alpha.sum() + beta.sum())
        return distance

    def _layers(self, both: Tensor) -> Iterator[Tensor]:
        yield both
        yield from through(self.features, _TAPS, (both - self.mean) / self.deviation)


class Smooth(nn.Module):
    """The root of squares averaged by a window of 3x3, at every second place."""

    def __init__(self) -> None:
        super().__init__()
        side = torch.tensor([0.25, 0.5, 0.25])
        self.window = nn.Buffer(side.outer(side)[None, None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: (N, C, H, W) to (N, C, ceil(H / 2), ceil(W / 2))."""
        channels = x.shape[1]
        window = self.window.expand(channels, 1, 3, 3)
        squares = conv2d(x.square(), window, stride=2, padding=1, groups=channels)
        return (squares + 1e-12).sqrt()


def _moments(both: Tensor) -> Tensor:
    """Return for each channel the sums of x, y, x^2, y^2 and (x - y)^2: (5, N, C)."""
    parts = []
    for channels in torch.split(both, _CHANNELS, dim=1):
        x, y = channels.double().chunk(2)
        terms = (x, y, x.square(), y.square(), (x - y).square())
        parts.append(torch.stack([term.sum((2, 3)) for term in terms]))
    return torch.cat(parts, 2)


def _apart(means: Tensor) -> Tensor:
    """Return 1 minus the similarity of means and 1 minus that of variances: (2, N, C)."""
    x, y, xx, yy, difference = means
    between = (x - y).square()
    structure = between / (x.square() + y.square() + _STABLE)
    spread = (xx - x.square()).clamp(min=0) + (yy - y.square()).clamp(min=0)
    texture = (difference - between).clamp(min=0) / (spread + _STABLE)
    return torch.stack((structure, texture))


def network(device: str) -> Dists:
    """Return the network with its published weights, loaded once for each device.

    Raises: MetricError when the weights cannot be had.
    """
    with _loading:
        return _load(device)


@cache
def _load(device: str) -> Dists:
    model = Dists()
    own, vgg = dists_files("dists")
    trained = load_state(own)
    channels = {name: trained[name].flatten() for name in ("alpha", "beta")}
    model.load_state_dict(convolutions(load_state(vgg)) | channels)
    return model.requires_grad_(False).eval().to(device, precision(device))
