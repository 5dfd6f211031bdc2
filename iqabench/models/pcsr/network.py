"""PCSR by Jeong et al.: a parent without its upsampling, and a light and a heavy sampler of single pixels."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.errors import ModelError
from iqabench.models.carn_bn.network import CARNFeatures
from iqabench.models.fsrcnn.network import FSRCNNFeatures
from iqabench.models.layers.residual import DIV2K_MEAN
from iqabench.models.pcsr.decision import clustered, operations, weighed

PIXELS = 300_000
"""The number of output pixels that are sampled at a time, which bounds the memory."""


class PixelSampler(nn.Module):
    """A multi-layer perceptron that maps the features of a pixel to its colour, or to two scores.

    Shapes: (P, inputs) to (P, outputs).
    """

    def __init__(self, inputs: int, hidden: Sequence[int], outputs: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for width in hidden:
            layers += [nn.Linear(inputs, width), nn.ReLU()]
            inputs = width
        layers.append(nn.Linear(inputs, outputs))
        self.imnet = nn.ModuleDict({"layers": nn.Sequential(*layers)})

    def forward(self, x: Tensor) -> Tensor:
        """Return the values of each pixel."""
        values: Tensor = self.imnet["layers"](x)
        return values


class PCSR(nn.Module):
    """An encoder at the input's size; a classifier sends each output pixel to the light or the heavy sampler.

    Every sampler adds to the bilinear enlargement of the input. At the end a light pixel beside a heavy one
    becomes the mean of its 3x3 neighbourhood, so that no seams are seen.

    Shapes: input (N, 3, H, W) to output (N, 3, scale H, scale W) and route (N, 1, scale H, scale W).
    Range: 0..1; route is 1 where a pixel is heavy.
    Source: Jeong et al., "Accelerating Image Super-Resolution Networks with Pixel-Level Classification",
    ECCV 2024, arXiv:2407.21448.
    """

    mean: Tensor

    def __init__(
        self,
        encoder: str,
        features: int,
        light: Sequence[int],
        heavy: Sequence[int],
        classifier: Sequence[int] = (),
        scale: int = 4,
    ) -> None:
        super().__init__()
        self.scale = scale
        is_carn = encoder == "carn"
        self.encoder = CARNFeatures(features) if is_carn else FSRCNNFeatures(features)
        self.heavy_sampler = PixelSampler(features + 4, heavy, 3)
        self.light_sampler = PixelSampler(features + 4, light, 3)
        self.classifier = PixelSampler(features + 4, classifier, 2)
        mean = torch.tensor(DIV2K_MEAN if is_carn else (0.0, 0.0, 0.0))
        self.register_buffer("mean", mean.view(1, 3, 1, 1), persistent=False)
        self.costs = self._costs(features)

    def _costs(self, features: int) -> tuple[float, float]:
        """Return the shares of a light and a heavy pixel, with the encoder, in the cost of both together."""
        shared = operations(self.encoder, torch.empty(1, 3, 1, 1)) / self.scale**2
        pixel = torch.empty(1, features + 4)
        light = shared + operations(self.light_sampler, pixel)
        heavy = shared + operations(self.heavy_sampler, pixel)
        return light / (light + heavy), heavy / (light + heavy)

    def forward(
        self,
        input: Tensor,  # noqa: A002 - the role of the part
        k: float = 0.0,
        adaptive: float = 0.0,
    ) -> dict[str, Tensor]:
        """Return the output, the route and the share of heavy pixels.

        Raises: ModelError for a k beside `adaptive`, which chooses the threshold itself.
        """
        if adaptive and k:
            raise ModelError(
                f"k={k:g} has no effect with adaptive=1, which finds the threshold by clustering. Leave one "
                "of the two settings out."
            )
        results = [
            self._image(image, k, adaptive=bool(adaptive)) for image in torch.split(input, 1)
        ]
        output, route = (torch.cat(parts) for parts in zip(*results, strict=True))
        return {"output": output, "route": route, "heavy": route.mean()}

    def _image(self, image: Tensor, k: float, *, adaptive: bool) -> tuple[Tensor, Tensor]:
        """Return the output and the route of one image (1, 3, H, W)."""
        centred = image - self.mean
        features = self.encoder(centred)[0]
        height, width = (side * self.scale for side in image.shape[2:])
        chunks = self._pixels(features, height)
        scores = torch.cat([self.classifier(pixels) for pixels in chunks])
        probabilities = scores.softmax(dim=1)
        is_heavy = (
            clustered(probabilities[:, 1]) if adaptive else weighed(probabilities, self.costs, k)
        )
        sampled = self._sample(features, is_heavy, height)
        base = functional.interpolate(
            centred, scale_factor=float(self.scale), mode="bilinear", align_corners=False
        )
        made = base + sampled.T.reshape(1, 3, height, width)
        route = is_heavy.to(made.dtype).view(1, 1, height, width)
        return _without_seams(made, route) + self.mean, route

    def _sample(self, features: Tensor, is_heavy: Tensor, height: int) -> Tensor:
        """Return the values of all pixels (P, 3), each made by its sampler."""
        values = features.new_empty(len(is_heavy), 3)
        start = 0
        for pixels in self._pixels(features, height):
            span = slice(start, start + len(pixels))
            chosen = is_heavy[span]
            for sampler, which in ((self.light_sampler, ~chosen), (self.heavy_sampler, chosen)):
                if which.any():
                    values[span][which] = sampler(pixels[which]).to(values.dtype)
            start = span.stop
        return values

    def _pixels(self, features: Tensor, height: int) -> Iterator[Tensor]:
        """Yield the inputs of the samplers (P, C + 4) for rows of output pixels.

        They are the features of the nearest input pixel (C, H, W), the place of the output pixel relative to
        it in half input pixels (row, column), and the size of an output pixel in the same unit.
        """
        columns = torch.arange(features.shape[2] * self.scale, device=features.device)
        step = max(1, PIXELS // len(columns))
        for first in range(0, height, step):
            rows = torch.arange(first, min(first + step, height), device=features.device)
            near = features[:, rows // self.scale][:, :, columns // self.scale]
            down = self._offset(rows)[:, None].expand(len(rows), len(columns))
            right = self._offset(columns)[None].expand(len(rows), len(columns))
            size = torch.full_like(down, 2 / self.scale)
            yield torch.cat([near, torch.stack([down, right, size, size])]).flatten(1).T

    def _offset(self, places: Tensor) -> Tensor:
        """Return the distance of output pixels from the centre of their input pixel, in half input pixels."""
        inside = (places % self.scale).to(self.mean.dtype)
        return (inside + 0.5) * (2 / self.scale) - 1


def _without_seams(image: Tensor, route: Tensor) -> Tensor:
    """Return the image with light pixels beside heavy ones averaged over 3x3; the border stays as it is."""
    around = functional.pad(image, (1, 1, 1, 1), mode="replicate")
    beside = functional.max_pool2d(functional.pad(route, (1, 1, 1, 1), mode="replicate"), 3, 1)
    is_seam = (route == 0) & (beside > 0)
    is_seam[:, :, [0, -1], :] = False
    is_seam[:, :, :, [0, -1]] = False
    return torch.where(is_seam, functional.avg_pool2d(around, 3, 1), image)
