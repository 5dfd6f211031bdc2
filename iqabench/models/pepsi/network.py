"""PEPSI by Sagong et al.: an encoder, attention from the hole to what is known, and a decoder."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

_RATES = (2, 4, 8, 16)
"""The rates of the dilated convolutions at an eighth of the size."""


class ReflectedConvolution(nn.Module):
    """A convolution with reflected borders, followed by ELU.

    Shapes: (N, inputs, H, W) to (N, outputs, H / stride, W / stride), rounded up.
    """

    def __init__(
        self, inputs: int, outputs: int, size: int = 3, *, stride: int = 1, rate: int = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            inputs,
            outputs,
            size,
            stride=stride,
            dilation=rate,
            padding=rate * (size // 2),
            padding_mode="reflect",
        )
        self.act = nn.ELU()

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        features: Tensor = self.act(self.conv(x))
        return features


class RateAdaptiveConvolutions(nn.Module):
    """Dilated convolutions in a row that share one kernel; each rate scales and shifts it in its own way.

    A scale and a shift belong to each pair of an input and an output channel. Borders are reflected, and each
    convolution is followed by ELU.

    Shapes: (N, features, H, W), kept; H and W larger than the largest rate.
    Source: Shin et al., "PEPSI++: Fast and Lightweight Network for Image Inpainting", IEEE TNNLS 2021,
    arXiv:1905.09010.
    """

    def __init__(self, features: int, rates: Sequence[int]) -> None:
        super().__init__()
        self.rates = tuple(rates)
        shape = (len(self.rates), features, features, 1, 1)
        self.weight = nn.Parameter(torch.empty(features, features, 3, 3))
        self.scale = nn.Parameter(torch.ones(shape))
        self.shift = nn.Parameter(torch.zeros(shape))
        self.bias = nn.Parameter(torch.zeros(len(self.rates), features))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        for rate, scale, shift, bias in zip(
            self.rates, self.scale, self.shift, self.bias, strict=True
        ):
            padded = functional.pad(x, [rate] * 4, mode="reflect")
            kernel = scale * self.weight + shift
            x = functional.elu(functional.conv2d(padded, kernel, bias, dilation=rate))
        return x


class ContextualAttention(nn.Module):
    """The features of the hole, replaced by patches of known features that are near to them.

    Distances between patches of 3x3 are normalised over all patches, so that the softmax is sharp whatever
    their unit. A 1x1 convolution joins the result with the features.

    Shapes: features (N, C, H, W) and known (N, 1, H, W), 1 where known, to (N, C, H, W).
    """

    def __init__(self, features: int, sharpness: float = 50.0) -> None:
        super().__init__()
        self.sharpness = sharpness
        self.join = nn.Conv2d(2 * features, features, 1)
        self.act = nn.ELU()

    def forward(self, x: Tensor, known: Tensor) -> Tensor:
        """Fill the hole in the features x."""
        background = x * known
        filled = [self._filled(one, back) for one, back in zip(x, background, strict=True)]
        mixed = background + torch.stack(filled) * (1 - known)
        joined: Tensor = self.act(self.join(torch.cat([x, mixed], dim=1)))
        return joined

    def _filled(self, x: Tensor, background: Tensor) -> Tensor:
        channels, height, width = x.shape
        patches = functional.unfold(background[None], 3)[0]
        places = functional.unfold(x[None], 3, padding=1)[0]
        products = patches.T @ places
        distances = patches.square().sum(0)[:, None] + places.square().sum(0)[None] - 2 * products
        spread, mean = torch.std_mean(distances, dim=0, correction=0, keepdim=True)
        nearness = -torch.tanh((distances - mean) / spread.clamp_min(1e-12))
        weights = torch.softmax(self.sharpness * nearness, dim=0).view(1, -1, height, width)
        kernels = patches.T.reshape(-1, channels, 3, 3)
        return functional.conv_transpose2d(weights, kernels, padding=1)[0] / 9


class Decoder(nn.Module):
    """Four pairs of convolutions, with nearest enlargement, and a last convolution to colours in -1..1."""

    def __init__(self) -> None:
        super().__init__()
        widths = ((256, 128), (128, 64), (64, 32), (32, 16))
        self.pairs = nn.ModuleList(
            nn.Sequential(ReflectedConvolution(wide, narrow), ReflectedConvolution(narrow, narrow))
            for wide, narrow in widths
        )
        self.last = nn.Conv2d(16, 3, 3, padding=1)

    def forward(self, x: Tensor, size: tuple[int, int]) -> Tensor:
        """Return images of a size (height, width) from features of an eighth of it."""
        height, width = size
        for pair, shrunk in zip(self.pairs, (4, 2, 1, 1), strict=True):
            x = functional.interpolate(pair(x), (height // shrunk, width // shrunk), mode="nearest")
        image: Tensor = self.last(x).clamp(-1, 1)
        return image


class PEPSI(nn.Module):
    """An inpainting network with one pass through one encoder and one decoder.

    The mask that it takes is 1 where pixels are known; what is in the hole of the input is not looked at. In
    training the decoder also restores a coarse image without the attention, which nothing needs afterwards.

    With `diet`, the dilated convolutions share one kernel (Diet-PEPSI).

    Shapes: images (N, 3, H, W) and masks (N, 1, H, W), sides of 136 or more, to (N, 3, H, W).
    Range: 0..1.
    Source: Sagong et al., "PEPSI: Fast Image Inpainting with Parallel Decoding Network", CVPR 2019.
    """

    def __init__(self, *, diet: bool = False) -> None:
        super().__init__()
        steps = [(6, 32, 5, 1), (32, 64, 3, 2), (64, 64, 3, 1), (64, 128, 3, 2)]
        steps += [(128, 128, 3, 1), (128, 256, 3, 2)]
        plain = [ReflectedConvolution(a, b, size, stride=stride) for a, b, size, stride in steps]
        dilated: list[nn.Module] = (
            [RateAdaptiveConvolutions(256, _RATES)]
            if diet
            else [ReflectedConvolution(256, 256, rate=rate) for rate in _RATES]
        )
        self.encoder = nn.Sequential(*plain, *dilated)
        self.attention = ContextualAttention(256)
        self.decoder = Decoder()

    def forward(self, input: Tensor, mask: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the whole images; the harness keeps what is known."""
        signed = 2 * input * mask - 1  # a hole is black
        features = self.encoder(torch.cat([signed, mask.expand(-1, 3, -1, -1)], dim=1))
        known = functional.interpolate(mask, features.shape[2:], mode="nearest")
        image = self.decoder(self.attention(features, known), (input.shape[2], input.shape[3]))
        restored: Tensor = (image + 1) / 2
        return restored
