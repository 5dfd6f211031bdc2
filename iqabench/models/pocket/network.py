"""A plain chain of 3x3 convolutions at input size, added to a bilinear enlargement.

It is small because its weights are part of the package, so that a first run needs no download. It has
only convolutions and ReLU; the extra layers of the training are folded away before saving (train.py).
"""

from typing import Any

from torch import Tensor, nn
from torch.nn.functional import interpolate, pixel_shuffle

from iqabench.models.layers.shapes import Shapes, count, shuffled


class Pocket(nn.Module):
    """A network that adds learned detail to the bilinear enlargement of an image.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0 to 1, not clamped.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["tail.bias"][0]),
            "features": shapes["head.bias"][0],
            "depth": count(shapes, "body.#.weight"),
        }

    def __init__(self, scale: int = 4, features: int = 24, depth: int = 7) -> None:
        super().__init__()
        self.scale = scale
        self.head = nn.Conv2d(3, features, 3, padding=1)
        self.body = nn.ModuleList(nn.Conv2d(features, features, 3, padding=1) for _ in range(depth))
        self.tail = nn.Conv2d(features, 3 * scale**2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the restored image."""
        features = self.head(x).relu()
        for layer in self.body:
            features = layer(features).relu()
        base = interpolate(x, scale_factor=self.scale, mode="bilinear", align_corners=False)
        return base + pixel_shuffle(self.tail(features), self.scale)
