"""MIRNet by Zamir et al.: groups of blocks whose streams of three resolutions exchange features."""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.shapes import Shapes, count
from iqabench.models.mirnet.resizing import enlarging, narrow, plain3x3, shrinking

_STREAMS = 3
_COLUMNS = 2


class SelectiveFusion(nn.Module):
    """A sum of the streams, in which every channel chooses between them (the paper's SKFF)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        squeezed = max(channels // 8, 4)
        self.conv_du = nn.Sequential(narrow(channels, squeezed), nn.PReLU())
        self.fcs = nn.ModuleList(narrow(squeezed, channels) for _ in range(_STREAMS))

    def forward(self, streams: list[Tensor]) -> Tensor:
        """Fuse the streams.

        Shapes: three of (N, C, H, W) to (N, C, H, W).
        """
        stacked = torch.stack(streams, dim=1)
        seen = self.conv_du(stacked.sum(1).mean((2, 3), keepdim=True))
        weights = torch.stack([layer(seen) for layer in self.fcs], dim=1).softmax(1)
        return (stacked * weights).sum(1)


class PlaceAttention(nn.Module):
    """An attention that weighs places by the maximum and the mean of their channels."""

    def __init__(self) -> None:
        super().__init__()
        self.spatial = nn.ModuleDict({"conv": nn.Conv2d(2, 1, 5, padding=2, bias=False)})

    def forward(self, x: Tensor) -> Tensor:
        """Weigh the places of x.

        Shapes: (N, C, H, W), kept.
        """
        both = torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], dim=1)
        weights: Tensor = self.spatial["conv"](both).sigmoid()
        return x * weights


class MeanAttention(nn.Module):
    """An attention that weighs channels by a function of their means, without biases."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_du = nn.Sequential(
            narrow(channels, channels // 8),
            nn.ReLU(inplace=True),
            narrow(channels // 8, channels),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Weigh the channels of x.

        Shapes: (N, C, H, W), kept.
        """
        weights: Tensor = self.conv_du(x.mean((2, 3), keepdim=True))
        return x * weights


class PlaceChannelUnit(nn.Module):
    """Two convolutions, then attention over places beside one over channels (the paper's DAU)."""

    def __init__(self, channels: int, activation: nn.PReLU) -> None:
        super().__init__()
        self.body = nn.Sequential(
            plain3x3(channels, channels), activation, plain3x3(channels, channels)
        )
        self.SA = PlaceAttention()
        self.CA = MeanAttention(channels)
        self.conv1x1 = narrow(2 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept.
        """
        deep = self.body(x)
        change: Tensor = self.conv1x1(torch.cat([self.SA(deep), self.CA(deep)], dim=1))
        return change + x


class MultiScaleBlock(nn.Module):
    """Three streams of full, half and quarter resolution, fused after each column (the paper's MRB).

    The units of both columns of a stream are one module under two names.
    """

    def __init__(self, channels: int, activation: nn.PReLU) -> None:
        super().__init__()
        widths = [channels * 2**stream for stream in range(_STREAMS)]
        self.blocks = nn.ModuleList(
            nn.ModuleList([PlaceChannelUnit(width, activation)] * _COLUMNS) for width in widths
        )
        self.last_up = nn.ModuleDict(
            {str(steps): enlarging(widths[steps], steps) for steps in range(1, _STREAMS)}
        )
        pairs = [(low, high) for high in range(_STREAMS) for low in range(high)]
        self.down = nn.ModuleDict(
            {f"{widths[a]}_{2 ** (b - a)}": shrinking(widths[a], b - a) for a, b in pairs}
        )
        self.up = nn.ModuleDict(
            {f"{widths[b]}_{2 ** (b - a)}": enlarging(widths[b], b - a) for a, b in pairs}
        )
        self.conv_out = plain3x3(channels, channels)
        self.selective_kernel = nn.ModuleList(SelectiveFusion(width) for width in widths)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept; H and W multiples of 4.
        """
        streams: list[Tensor] = []
        for place in range(_STREAMS):
            larger = self._resized(streams[-1], place - 1, place) if streams else x
            streams.append(self._unit(place, 0)(larger))
        for column in range(1, _COLUMNS):
            fused = [
                fuse([self._resized(one, place, goal) for place, one in enumerate(streams)])
                for goal, fuse in enumerate(self.selective_kernel)
            ]
            streams = [self._unit(place, column)(one) for place, one in enumerate(fused)]
        full = [streams[0], *(self.last_up[str(n)](one) for n, one in enumerate(streams) if n)]
        change: Tensor = self.conv_out(self.selective_kernel[0](full))
        return change + x

    def _unit(self, place: int, column: int) -> nn.Module:
        return self.get_submodule(f"blocks.{place}.{column}")

    def _resized(self, stream: Tensor, place: int, goal: int) -> Tensor:
        """Return the features of the stream `place` in the size of the stream `goal`."""
        if place == goal:
            return stream
        layers = self.down if place < goal else self.up
        resized: Tensor = layers[f"{stream.shape[1]}_{2 ** abs(place - goal)}"](stream)
        return resized


class RecursiveGroup(nn.Module):
    """Multi-scale blocks and a convolution, added to the input (the paper's RRG)."""

    def __init__(self, channels: int, blocks: int, activation: nn.PReLU) -> None:
        super().__init__()
        chain = [MultiScaleBlock(channels, activation) for _ in range(blocks)]
        self.body = nn.Sequential(*chain, plain3x3(channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept.
        """
        change: Tensor = self.body(x)
        return change + x


class MIRNet(nn.Module):
    """Recursive groups of multi-scale blocks between two convolutions, added to the image.

    All dual attention units share one activation, as in the authors' code: the published files hold its
    slope under many names.

    Shapes: (N, 3, H, W), kept; H and W multiples of 4.
    Range: 0 to 1.
    Source: Zamir et al., "Learning Enriched Features for Real Image Restoration and Enhancement", ECCV 2020,
    arXiv:2003.06792.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "features": shapes["conv_in.weight"][0],
            "groups": count(shapes, "body.#.body.0.conv_out.weight"),
            "blocks": count(shapes, "body.0.body.#.conv_out.weight"),
        }

    def __init__(self, features: int = 64, groups: int = 3, blocks: int = 2) -> None:
        super().__init__()
        activation = nn.PReLU()
        self.conv_in = plain3x3(3, features)
        self.body = nn.Sequential(
            *(RecursiveGroup(features, blocks, activation) for _ in range(groups))
        )
        self.conv_out = plain3x3(features, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Return the restored image."""
        change: Tensor = self.conv_out(self.body(self.conv_in(x)))
        return change + x
