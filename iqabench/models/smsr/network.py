"""SMSR by Wang et al.: masks say which channels are computed at every pixel, and which only at hard ones."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.channel_attention import ChannelAttention
from iqabench.models.layers.residual import mean_shifts

LAYERS = 4
"""The number of sparse convolutions in a module."""


class SparseConvolutions(nn.Module):
    """Four 3x3 convolutions and the 1x1 one that joins them, computed only where they are needed.

    A channel is either dense, computed at every pixel, or sparse, computed only at the pixels of the mask.
    What a dense channel takes from sparse ones is added only there, too.

    Shapes: features (1, C, H, W) and mask (H, W) to (1, C, H, W).
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.ch_mask = nn.Parameter(torch.rand(1, features, LAYERS, 2))
        layers = [nn.Conv2d(features, features, 3, padding=1, bias=False) for _ in range(LAYERS)]
        self.body = nn.Sequential(*layers)
        self.collect = conv1x1(LAYERS * features, features)

    @property
    def dense(self) -> Tensor:
        """The channels that are dense, as truth values (LAYERS, C)."""
        scores = self.ch_mask[0]
        return (scores[..., 0] > scores[..., 1]).T

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the joined features of all four convolutions."""
        places = mask.nonzero(as_tuple=True)
        is_dense = torch.ones(x.shape[1], dtype=torch.bool, device=x.device)
        outputs = []
        for layer, next_dense in zip(self.body, self.dense, strict=True):
            assert isinstance(layer, nn.Conv2d)
            x = functional.relu(_sparse(x, layer.weight, is_dense, next_dense, places))
            is_dense = next_dense
            outputs.append(x)
        everywhere = torch.ones(x.shape[1], dtype=torch.bool, device=x.device)
        joined = _sparse(
            torch.cat(outputs, 1), self.collect.weight, self.dense.flatten(), everywhere, places
        )
        assert self.collect.bias is not None
        return joined + self.collect.bias.view(1, -1, 1, 1)

    def computed(self, mask: Tensor) -> Tensor:
        """Return the share of the features of the four convolutions that a mask (H, W) has computed."""
        dense = self.dense.float().mean()
        return dense + (1 - dense) * mask.float().mean()


def _sparse(
    x: Tensor, weight: Tensor, inputs: Tensor, outputs: Tensor, places: tuple[Tensor, ...]
) -> Tensor:
    """Return a convolution whose dense inputs and outputs, as truth values, are computed at every pixel.

    All other products are computed only at `places`, the rows and columns of the mask.
    """
    result = x.new_zeros(1, len(outputs), *x.shape[2:])
    padding = weight.shape[2] // 2
    if inputs.any() and outputs.any():
        result[:, outputs] = functional.conv2d(
            x[:, inputs], weight[outputs][:, inputs], padding=padding
        )
    if not len(places[0]):
        return result
    rows, columns = places
    at_places = x.new_zeros(len(outputs), len(rows))
    sparse = ~outputs
    if inputs.any() and sparse.any():
        kernel = weight[sparse][:, inputs].flatten(1)
        at_places[sparse] = kernel @ _patches(x[0, inputs], weight.shape[2], places)
    if (~inputs).any():
        at_places += weight[:, ~inputs].flatten(1) @ _patches(
            x[0, ~inputs], weight.shape[2], places
        )
    result[0, :, rows, columns] += at_places
    return result


def _patches(x: Tensor, side: int, places: tuple[Tensor, ...]) -> Tensor:
    """Return the surroundings of places as columns, (C side side, P), from features (C, H, W)."""
    margin = side // 2
    padded = functional.pad(x, (margin,) * 4)
    steps = [(down, right) for down in range(side) for right in range(side)]
    taken = [padded[:, places[0] + down, places[1] + right] for down, right in steps]
    return torch.stack(taken, dim=1).flatten(0, 1)


class SparseModule(nn.Module):
    """A mask of hard pixels, sparse convolutions, and an attention over channels, added to the input.

    Shapes: (1, C, H, W), kept; H and W even.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        narrow = features // 4
        self.spa_mask = nn.Sequential(
            conv3x3(features, narrow),
            nn.ReLU(inplace=True),
            nn.AvgPool2d(2),
            conv3x3(narrow, narrow),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(narrow, 2, 3, stride=2, padding=1, output_padding=1),
        )
        self.body = SparseConvolutions(features)
        self.ca = ChannelAttention(features, features // 16)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features, and the share of them that was computed."""
        scores = self.spa_mask(x)[0]
        mask = scores[1] > scores[0]
        return x + self.ca(self.body(x, mask)), self.body.computed(mask)


class SMSR(nn.Module):
    """Five sparse modules between a head and a pixel shuffle, added to the bicubic enlargement.

    Odd sides are continued by a row or a column, for masks are made at half the size.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..255.
    Source: Wang et al., "Exploring Sparsity in Image Super-Resolution for Efficient Inference", CVPR 2021,
    arXiv:2006.09603.
    """

    def __init__(self, scale: int = 2, features: int = 64, modules: int = 5) -> None:
        super().__init__()
        self.scale = scale
        self.sub_mean, self.add_mean = mean_shifts()
        self.head = nn.Sequential(
            conv3x3(3, features), nn.ReLU(inplace=True), conv3x3(features, features)
        )
        self.body = nn.Sequential(*(SparseModule(features) for _ in range(modules)))
        self.collect = nn.Sequential(
            conv1x1(modules * features, features),
            nn.ReLU(inplace=True),
            conv3x3(features, features),
        )
        self.tail = nn.Sequential(conv3x3(features, 3 * scale**2), nn.PixelShuffle(scale))

    def forward(self, input: Tensor) -> dict[str, Tensor]:  # noqa: A002 - the role of the part
        """Return the output, and the share of the features of sparse modules that was computed."""
        results = [self._image(image) for image in torch.split(input, 1)]
        outputs, shares = zip(*results, strict=True)
        return {"output": torch.cat(outputs), "heavy": torch.stack(shares).mean()}

    def _image(self, image: Tensor) -> tuple[Tensor, Tensor]:
        height, width = image.shape[2:]
        even = functional.pad(image, (0, width % 2, 0, height % 2), mode="replicate")
        centred = self.sub_mean(even)
        shallow = deep = self.head(centred)
        outputs, shares = [], []
        for module in self.body:
            deep, share = module(deep)
            outputs.append(deep)
            shares.append(share)
        change = self.tail(self.collect(torch.cat(outputs, 1)) + shallow)
        base = functional.interpolate(
            centred, scale_factor=float(self.scale), mode="bicubic", align_corners=False
        )
        restored = self.add_mean(change + base)
        return restored[..., : height * self.scale, : width * self.scale], torch.stack(
            shares
        ).mean()
