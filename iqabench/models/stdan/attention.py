"""The aggregation of all frames: each pixel attends to a few deformed places of every other frame."""

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.deformable import SIDE, deformed_places, plain_start
from iqabench.models.stdan.alignment import leaky

_GROUPS = 8
"""The groups of channels with offsets of their own."""


class PlacePrediction(nn.Module):
    """The convolution that predicts offsets and masks of the places."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_offset_mask = plain_start(conv3x3(channels, 3 * _GROUPS * SIDE**2))

    def forward(self, guide: Tensor) -> Tensor:
        """Return what it predicts, (N, 3 groups 9, H, W)."""
        predicted: Tensor = self.conv_offset_mask(guide)
        return predicted


class DeformableAttention(nn.Module):
    """The attention of a query frame to another frame: the best of nine deformed places of each pixel."""

    def __init__(self, channels: int, best: int) -> None:
        super().__init__()
        self.best = best
        self.offset_conv1 = conv3x3(2 * channels, channels)
        self.offset_conv2 = conv3x3(channels, channels)
        self.dcn_attention = PlacePrediction(channels)

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Return how well the other frame fits the query at each pixel, and its values there.

        Shapes: three times (N, C, H, W) to (N, 1, H, W) and (N, C, H, W).
        """
        guide = leaky(self.offset_conv1(torch.cat([query, key], dim=1)))
        predicted = self.dcn_attention(leaky(self.offset_conv2(guide)))
        relevance = (deformed_places(key, predicted) * query[:, :, None]).sum(dim=1)
        best, places = relevance.topk(self.best, dim=1)
        weights = best.softmax(dim=1)
        values = deformed_places(value, predicted)
        index = places[:, None].expand(-1, values.shape[1], -1, -1, -1)
        seen = (values.gather(2, index) * weights[:, None]).sum(dim=2)
        return (best * weights).sum(dim=1, keepdim=True), seen


class FrameMaps(nn.Module):
    """The linear layers that make queries, keys and values of every pixel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.w_qs = nn.Linear(channels, channels)
        self.w_ks = nn.Linear(channels, channels)
        self.w_vs = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return queries, keys and values of the features x, all (T, C, H, W)."""
        tokens = x.movedim(1, 3)
        return [layer(tokens).movedim(3, 1) for layer in (self.w_qs, self.w_ks, self.w_vs)]


class DeformableAggregation(nn.Module):
    """The aggregation of what every frame sees in all others, added to the frame (the paper's STDFA).

    Shapes: the frames of one clip (T, features, H, W), kept; T is two or more.
    """

    def __init__(self, features: int, channels: int, best: int = 2) -> None:
        super().__init__()
        self.conv_first = conv3x3(features, channels)
        self.qkv_maps = FrameMaps(channels)
        self.deformable_corr = DeformableAttention(channels, best)
        self.conv_last = conv3x3(channels, features)

    def forward(self, frames: Tensor) -> Tensor:
        """Transform the features of all frames."""
        maps = self.qkv_maps(self.conv_first(frames))
        seen = torch.cat([self._seen(number, *maps) for number in range(len(frames))])
        aggregated: Tensor = self.conv_last(seen) + frames
        return aggregated

    def _seen(self, frame: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """Return what one frame sees in all others, (1, C, H, W)."""
        here = slice(frame, frame + 1)
        others = [slice(other, other + 1) for other in range(len(keys)) if other != frame]
        pairs = [self.deformable_corr(queries[here], keys[o], values[o]) for o in others]
        fits, seen = (torch.cat(parts) for parts in zip(*pairs, strict=True))
        return (seen * fits.softmax(dim=0)).sum(dim=0, keepdim=True)
