"""The network of PieAPP: the error of each patch, and how much the patch counts."""

import threading
from functools import cache
from itertools import pairwise, product
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, max_pool2d, relu

from iqabench.metrics.networks.image_tensors import load_state, precision
from iqabench.metrics.networks.weights import pieapp_file

PATCH = 64
_WIDTHS = (3, 64, 64, 64, 128, 128, 128, 256, 256, 256, 512, 512)
_ROW = 10
"""So many patches of a row the authors' program cuts at a time, and of a column."""
_AT_ONCE = 64
"""So many patches of output and target go through the network at a time."""
_loading = threading.Lock()


class PieApp(nn.Module):
    """The perceptual error of images, as pairwise preferences of people taught it.

    Layers are called as in the authors' file. Even convolutions but the first are followed by a halving.

    Shapes: two (N, 3, H, W), the channels in the order B, G, R, to (N,), in double.
    Range: images in 0..255.
    """

    def __init__(self) -> None:
        super().__init__()
        for n, (incoming, width) in enumerate(pairwise(_WIDTHS), 1):
            self.add_module(f"conv{n}", nn.Conv2d(incoming, width, 3, padding=1))
        self.fc1_score = nn.Linear(120832, 512)
        self.fc2_score = nn.Linear(512, 1)
        self.fc1_weight = nn.Linear(2048, 512)
        self.fc2_weight = nn.Linear(512, 1)
        self.ref_score_subtract = nn.Linear(1, 1)

    def forward(self, output: Tensor, target: Tensor, stride: int) -> Tensor:
        """The weighted mean of the errors of patches that lie `stride` apart."""
        both = torch.cat((output, target))
        places = list(product(*(starts(side, stride) for side in both.shape[2:])))
        above = below = torch.zeros(len(output), dtype=torch.float64, device=both.device)
        for first in range(0, len(places), _AT_ONCE):
            cut = [
                both[:, :, y : y + PATCH, x : x + PATCH]
                for y, x in places[first : first + _AT_ONCE]
            ]
            errors, counts = self._patches(torch.cat(cut), len(output))
            above = above + (errors * counts).sum(0)
            below = below + counts.sum(0)
        return above / below

    def _patches(self, patches: Tensor, images: int) -> tuple[Tensor, Tensor]:
        """Error and weight of each patch: (P * 2 * images, 3, 64, 64) to two (P, images)."""
        scales = self._scales(patches)
        output, target = _apart(torch.cat(scales, 1), images)
        score = _through(self.fc2_score, relu(_through(self.fc1_score, target - output)))
        error = self.ref_score_subtract(0.01 * score)
        output, target = _apart(scales[-1], images)
        weight = _through(self.fc2_weight, relu(_through(self.fc1_weight, target - output))) + 1e-6
        return error[..., 0].double(), weight[..., 0].double()

    def _scales(self, x: Tensor) -> list[Tensor]:
        """Return the flattened outputs of the odd convolutions from the third on."""
        result = []
        for n in range(1, len(_WIDTHS)):
            x = relu(self.get_submodule(f"conv{n}")(x))
            if n % 2 and n > 1:
                result.append(x.flatten(1))
            if n % 2 == 0:
                x = max_pool2d(x, 2)
        return result


def _apart(features: Tensor, images: int) -> tuple[Tensor, Tensor]:
    """Return the features of outputs and targets: (P * 2 * images, F) to two (P, images, F)."""
    output, target = features.view(-1, 2, images, features.shape[1]).unbind(1)
    return output, target


def _through(layer: nn.Linear, x: Tensor) -> Tensor:
    """Return `layer(x)`: (P, N, F) to (P, N, G).

    On processors as a convolution of single points: those add up in an order of their own, products of
    matrices in one that depends on the number of threads. The dilation says nothing but keeps torch there.
    """
    if x.is_cuda:
        return cast(Tensor, layer(x))
    points = x.flatten(0, 1)[:, :, None, None]
    through = conv2d(points, layer.weight[:, :, None, None], layer.bias, dilation=2)
    return through.view(*x.shape[:2], -1)


def starts(side: int, stride: int) -> list[int]:
    """Return the first pixels of patches along one side: at multiples of the stride, as far as they fit.

    With one exception of the authors' program, which adds a patch at the very end to those and then cuts the
    image into pieces of ten: a piece that begins with the last patch has only that one, and where it overlaps
    the piece before, that one loses its tenth.
    """
    end = side - PATCH
    pieces = [*range(0, end, stride), end][::_ROW]
    nexts = [begin - stride for begin in pieces[1:]] + [end]
    result: list[int] = []
    for begin, last in zip(pieces, nexts, strict=True):
        result += range(begin, last + 1, stride)
    return result


def network(device: str, owner: str) -> PieApp:
    """Return the network with its published weights, loaded once for each device.

    Raises: MetricError when the weights cannot be had.
    """
    with _loading:
        return _load(device, owner)


@cache
def _load(device: str, owner: str) -> PieApp:
    with torch.device("meta"):  # no weights of chance for 70 million connections
        model = PieApp()
    state = load_state(pieapp_file(owner))
    name = "ref_score_subtract.weight"  # one number in the file, a matrix of one here
    model.load_state_dict(state | {name: state[name].reshape(1, 1)}, assign=True)
    return model.requires_grad_(False).eval().to(device, precision(device))
