"""SESR by Bhardwaj et al.: a narrow chain of convolutions, and the wide form in which it is trained."""

from typing import Any

from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle

from iqabench.models.layers.shapes import Shapes, count


class LinearBlock(nn.Module):
    """A convolution to many channels and a 1x1 convolution back, with a skip where the widths are equal.

    Nothing lies between the layers, so that `iqabench.models.fold` collapses the block to one convolution.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, wide: int) -> None:
        super().__init__()
        self.expand = nn.Conv2d(inputs, wide, kernel, padding=kernel // 2, bias=False)
        self.project = nn.Conv2d(wide, outputs, 1, bias=False)
        self.skips = inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, inputs, H, W) to (N, outputs, H, W).
        """
        output: Tensor = self.project(self.expand(x))
        return output + x if self.skips else output


def _layer(inputs: int, outputs: int, kernel: int, wide: int) -> nn.Module:
    if wide:
        return LinearBlock(inputs, outputs, kernel, wide)
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)


class SESR(nn.Module):
    """A chain of 3x3 convolutions between two of 5x5, added to the copied input and shuffled.

    With `wide`, every convolution is a linear block of that many channels: the form that is trained. Without,
    it is the collapsed form that runs.

    Shapes: (N, 1, H, W) to (N, 1, scale H, scale W).
    Range: 0 to 1, clipped.
    Source: Bhardwaj et al., "Collapsible Linear Blocks for Super-Efficient Super Resolution", MLSys 2022,
    arXiv:2103.09404, section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        is_wide = "head.expand.weight" in shapes
        tail = shapes["tail.project.weight" if is_wide else "tail.weight"]
        return {
            "scale": round(tail[0] ** 0.5),
            "features": shapes["activations.0.weight"][0],
            "layers": count(shapes, "activations.#.weight"),
            "wide": shapes["head.expand.weight"][0] if is_wide else 0,
        }

    def __init__(self, scale: int, features: int = 16, layers: int = 5, wide: int = 0) -> None:
        super().__init__()
        self.scale = scale
        self.head = _layer(1, features, 5, wide)
        self.body = nn.ModuleList(_layer(features, features, 3, wide) for _ in range(layers))
        self.activations = nn.ModuleList(nn.PReLU(features) for _ in range(layers))
        self.tail = _layer(features, scale**2, 5, wide)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = features = self.head(x - 0.5)
        for layer, activation in zip(self.body, self.activations, strict=True):
            features = activation(layer(features))
        # Authors' code: x4 shuffles twice by 2, which is another order of the kernels of the tail.
        both = self.tail(features + shallow) + x
        return pixel_shuffle(both, self.scale).clamp(0, 1)
