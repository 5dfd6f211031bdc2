"""The network of LPIPS: AlexNet's features, and the heads that weigh how far they lie apart.

It is written here and not taken from the package `lpips`, whose constructor downloads a backbone or draws
one at random; its heads, which are what the paper trained, are read from the installed package.
"""

import threading
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor, nn

from iqabench.errors import MetricWeightsError
from iqabench.metrics._backbones import alexnet

_WIDTHS = (64, 192, 384, 256, 256)
_loading = threading.Lock()


class Lpips(nn.Module):
    """The distance of two images in five layers of AlexNet.

    Shapes: two (1, 3, H, W) to ().
    Range: images in -1..1.
    """

    def __init__(self) -> None:
        super().__init__()
        first, second, third, fourth, fifth = _WIDTHS
        self.features = nn.Sequential(
            nn.Conv2d(3, first, 11, stride=4, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(first, second, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(second, third, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(third, fourth, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(fourth, fifth, 3, padding=1),
            nn.ReLU(),
        )
        self.heads = nn.ParameterList(torch.zeros(1, width, 1, 1) for width in _WIDTHS)
        self.shift = nn.Buffer(_colours(-0.030, -0.088, -0.188), persistent=False)
        self.scale = nn.Buffer(_colours(0.458, 0.448, 0.450), persistent=False)

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        """The weighted squared distance of unit feature vectors, mean over places, sum over layers."""
        x = (torch.cat((output, target)) - self.shift) / self.scale
        distance = x.new_zeros(())
        heads = iter(self.heads)
        for layer in self.features:
            x = layer(x)
            if isinstance(layer, nn.ReLU):
                unit = x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10)
                apart = (unit[:1] - unit[1:]).square()
                distance = distance + (apart * next(heads)).sum(1).mean()
        return distance


def network(device: str) -> Lpips:
    """The network with its published weights, loaded once for each device.

    Raises: MetricError when the weights cannot be had.
    """
    with _loading:
        return _load(device)


def precision(device: str) -> torch.dtype:
    """Double on Nvidia's GPUs, single elsewhere.

    Convolutions in single precision may run as TF32 there, as the precision of the model that shares
    the process has it, which moves the distance in its fourth digit; those in double never do.
    """
    return torch.float64 if torch.device(device).type == "cuda" else torch.float32


@cache
def _load(device: str) -> Lpips:
    made = Lpips()
    made.load_state_dict(_backbone() | _heads())
    return made.requires_grad_(False).eval().to(device, precision(device))


def _colours(*values: float) -> Tensor:
    return torch.tensor(values).view(1, 3, 1, 1)


def _backbone() -> dict[str, Tensor]:
    path = alexnet("lpips")
    with path.open("rb") as file:
        named = file.read(9).endswith(b"{")  # safetensors: a length, then JSON
    state: dict[str, Tensor] = (
        safetensors.torch.load_file(path)
        if named
        else torch.load(path, map_location="cpu", weights_only=True)
    )
    return {name: state[name] for name in state if name.startswith("features.")}


def _heads() -> dict[str, Tensor]:
    package = find_spec("lpips")  # found, not imported: it would bring torchvision's models along
    if package is None or package.origin is None:
        raise MetricWeightsError(
            "lpips needs the package of that name for its heads: pip install lpips."
        )
    path = Path(package.origin).parent / "weights" / "v0.1" / "alex.pth"
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {f"heads.{n}": state[f"lin{n}.model.1.weight"] for n in range(len(_WIDTHS))}
