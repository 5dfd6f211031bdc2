"""Dynamic aggregation: the features of a reference are gathered where they match, and restore the image."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.ops import deform_conv2d

from iqabench.models.amsa.matching import PatchMatch

LAYERS = {"relu3_1": 1, "relu2_1": 2, "relu1_1": 4}
"""The layers of the reference that are gathered, with the size of each by that of the input."""
_SHARPNESS = 10
"""The factor of similarities before the softmax over the copies of the reference."""


def offsets(match: PatchMatch, size: int) -> Tensor:
    """Return the way from each place, and from its eight neighbours, to the matching one.

    Shapes: a match of (h, w) to (1, 18, size (h + 2), size (w + 2)), rows before columns, in pixels.
    """
    height, width = match.y.shape
    rows = torch.arange(height, device=match.y.device)[:, None]
    columns = torch.arange(width, device=match.x.device)[None]
    way = torch.stack([match.y - rows, match.x - columns])
    way = functional.pad(way, (0, 2, 0, 2))
    way = size * way.repeat_interleave(size, 1).repeat_interleave(size, 2)
    return torch.cat([_shifted(way, size * y, size * x) for y in range(3) for x in range(3)])[None]


def _shifted(way: Tensor, down: int, right: int) -> Tensor:
    height, width = way.shape[1:]
    return functional.pad(way, (right, 0, down, 0))[:, :height, :width]


class _Gathering(nn.Module):
    """A 3x3 convolution whose points lie where the reference matches, each with a weight of its own."""

    def __init__(self, features: int, groups: int, *, learns_offsets: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(features, features, 3, 3))
        self.bias = nn.Parameter(torch.zeros(features))
        outputs = groups * 9 * (3 if learns_offsets else 1)
        self.conv_offset_mask = nn.Conv2d(features, outputs, 3, padding=1)
        self.groups, self.learns_offsets = groups, learns_offsets
        nn.init.normal_(self.weight, 0, 0.02)
        for parameter in self.conv_offset_mask.parameters():
            nn.init.zeros_(parameter)

    def forward(self, reference: Tensor, ways: Tensor, guide: Tensor) -> Tensor:
        """Return the gathered features; `guide` says how the ways are changed, and how points are weighed."""
        told = self.conv_offset_mask(guide)
        moved = ways.repeat(1, self.groups, 1, 1)
        if self.learns_offsets:
            *changes, told = told.chunk(3, dim=1)
            moved = torch.cat(changes, dim=1) + moved
        weights = told.sigmoid()
        gathered: Tensor = deform_conv2d(
            reference, moved, self.weight, self.bias, padding=1, mask=weights
        )
        return gathered


class PlainBlock(nn.Module):
    """Two convolutions whose output is added to the input, under the names of the published weights."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(features, features, 3, padding=1)
        self.conv2 = nn.Conv2d(features, features, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Transform features, (N, features, H, W)."""
        change: Tensor = self.conv2(self.conv1(x).relu())
        return x + change


def _tail(features: int, size: str) -> nn.Sequential:
    if size != "large":
        return nn.Sequential(
            nn.Conv2d(features, 4 * features, 3, padding=1),
            nn.PixelShuffle(2),
            nn.LeakyReLU(0.1),
        )
    return nn.Sequential(
        nn.Conv2d(features, features // 2, 3, padding=1),
        nn.LeakyReLU(0.1),
        nn.Conv2d(features // 2, 3, 3, padding=1),
    )


class Aggregation(nn.Module):
    """Features of the input, enlarged twice, take up those of a reference at each of three sizes."""

    def __init__(self, features: int, blocks: int, groups: int) -> None:
        super().__init__()
        for size, width in (("small", 256), ("medium", 128), ("large", 64)):
            joined = features + width
            layers = {
                "deform_conv": _Gathering(width, 1, learns_offsets=False),
                "offset_conv1": nn.Conv2d(joined, width, 3, padding=1),
                "offset_conv2": nn.Conv2d(width, width, 3, padding=1),
                "dyn_agg": _Gathering(width, groups, learns_offsets=True),
            }
            for name, layer in layers.items():
                self.add_module(f"{size}_{name}", layer)
            head = nn.Sequential(nn.Conv2d(joined, features, 3, padding=1), nn.LeakyReLU(0.1))
            self.add_module(f"head_{size}", head)
            body = nn.Sequential(*(PlainBlock(features) for _ in range(blocks)))
            self.add_module(f"body_{size}", body)
            self.add_module(f"tail_{size}", _tail(features, size))

    def forward(
        self, x: Tensor, reference: Mapping[str, Tensor], matches: Sequence[PatchMatch]
    ) -> Tensor:
        """Return what is added to the enlarged input.

        Shapes: features (1, F, h, w), those of the reference by layer, and a match of (h - 2, w - 2) for each
        copy of the reference, to (1, 3, 4 h, 4 w).
        """
        similarities = torch.stack([functional.pad(m.similarity, (1, 1, 1, 1)) for m in matches])
        shares = torch.softmax(_SHARPNESS * similarities, dim=0)
        largest = max(LAYERS.values())
        shares = shares.repeat_interleave(largest, 1).repeat_interleave(largest, 2)
        total: Tensor | None = None
        for share, match in zip(shares, matches, strict=True):
            weighed = share * self._restored(x, reference, match)
            total = weighed if total is None else total + weighed
        added: Tensor = self.get_submodule("tail_large")(total)
        return added

    def _restored(self, x: Tensor, reference: Mapping[str, Tensor], match: PatchMatch) -> Tensor:
        """Return features at the size of the output that one copy of the reference has restored."""
        for size, (layer, enlargement) in zip(
            ("small", "medium", "large"), LAYERS.items(), strict=True
        ):
            ways = offsets(match, enlargement)
            taken = self._taken(x, reference[layer], ways, size)
            joined = self.get_submodule(f"head_{size}")(torch.cat([x, taken], dim=1))
            x = self.get_submodule(f"body_{size}")(joined) + x
            if size != "large":
                x = self.get_submodule(f"tail_{size}")(x)
        return x

    def _taken(self, x: Tensor, reference: Tensor, ways: Tensor, size: str) -> Tensor:
        """Return the features of the reference that are taken over at one size."""
        first = self.get_submodule(f"{size}_deform_conv")(reference, ways, reference)
        guide = torch.cat([x, first], dim=1)
        for name in ("offset_conv1", "offset_conv2"):
            guide = functional.leaky_relu(self.get_submodule(f"{size}_{name}")(guide), 0.1)
        second = self.get_submodule(f"{size}_dyn_agg")(reference, ways, guide)
        return functional.leaky_relu(second, 0.1)
