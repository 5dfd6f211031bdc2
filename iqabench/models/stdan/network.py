"""STDAN by Wang et al.: features of the frames between, attention to all frames, and an enlargement."""

from itertools import chain, pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.residual import shuffle_tail
from iqabench.models.layers.windows import SwinGroup, without_computed
from iqabench.models.stdan.alignment import PyramidSteps, RecurrentInterpolation, leaky
from iqabench.models.stdan.attention import DeformableAggregation

SCALE = 4
_SIDE = 8
"""The side of the windows; sides of frames are padded to its multiples, with zeros at the right and below."""
_WINDOW = 4
"""The frames that the authors restore together; seven come out."""
_HEADS = 6
_DEPTH = 6


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:  # noqa: ARG001 - of all families
    """Return published weights without the tensors that follow from sizes."""
    return without_computed(state)


class SwinStage(nn.Module):
    """Groups of Swin blocks between two convolutions, for every frame on its own.

    Shapes: (T, features, H, W), kept; H and W multiples of 8.
    """

    def __init__(self, features: int, channels: int, groups: int) -> None:
        super().__init__()
        self.conv_first = conv3x3(features, channels)
        self.patch_embed = nn.ModuleDict({"norm": nn.LayerNorm(channels)})
        self.layers = nn.Sequential(
            *(SwinGroup(channels, _DEPTH, _HEADS, _SIDE, _square) for _ in range(groups))
        )
        self.norm = nn.LayerNorm(channels)
        self.conv_after_body = conv3x3(channels, channels)
        self.conv_last = conv3x3(channels, features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        shallow = self.conv_first(x)
        tokens = self.patch_embed["norm"](shallow.movedim(1, 3))
        deep = self.norm(self.layers(tokens)).movedim(3, 1)
        features: Tensor = self.conv_last(self.conv_after_body(deep) + shallow)
        return features


class STDAN(PyramidSteps):
    """Space-time super-resolution: a recurrence in both directions, then attention to all frames.

    Four frames are restored together, as the authors do; of a frame of two windows the earlier result stays.

    Shapes: T frames (T, 3, H, W), T at least 2, to (2 T - 1, 3, 4 H, 4 W): theirs, and one between each two.
    Range: 0..1.
    Source: Wang et al., "STDAN: Deformable Attention Network for Space-Time Video Super-Resolution", IEEE
    TNNLS 2023, arXiv:2203.06841.
    """

    def __init__(
        self,
        scale: int,
        features: int = 64,
        channels: int = 72,
        groups: int = 8,
        stages: tuple[int, int] = (2, 6),
    ) -> None:
        super().__init__(features)
        if scale != SCALE:
            raise ValueError(f"STDAN scales x{SCALE}, not x{scale}")
        self.conv_first = conv3x3(3, features)
        self.pcd_align_modified = RecurrentInterpolation(features, groups)
        self.feature_extraction = SwinStage(features, channels, stages[0])
        self.stdfa = DeformableAggregation(features, channels)
        self.feature_recon = SwinStage(features, channels, stages[1])
        self.conv_before_upsample = nn.Sequential(conv3x3(features, features), nn.LeakyReLU())
        self.upsample = shuffle_tail(features, SCALE)
        self.conv_last = conv3x3(features, 3)
        self.fusion_f_b = conv1x1(2 * features, features)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return all frames, enlarged, and those between."""
        length = len(input)
        starts = range(0, length - _WINDOW + 1, _WINDOW - 1)
        restored: list[Tensor] = []
        for start in (*starts, max(length - _WINDOW, 0)):
            known = len(restored) - 2 * start  # the frames of the window that are restored already
            if len(restored) < 2 * min(start + _WINDOW, length) - 1:
                restored += self._restored(input[start : start + _WINDOW])[known:]
        return torch.stack(restored)

    def _restored(self, frames: Tensor) -> Tensor:
        """Return the frames of one window, enlarged, and those between."""
        height, width = frames.shape[2:]
        padded = functional.pad(frames, [0, -width % _SIDE, 0, -height % _SIDE])
        own = self.feature_extraction(leaky(self.conv_first(padded)))
        between = self._between(own)
        pairs = zip(own, between, strict=False)
        merged = torch.stack([*chain.from_iterable(pairs), own[-1]])
        deep = self.feature_recon(self.stdfa(merged))
        restored: Tensor = self.conv_last(self.upsample(self.conv_before_upsample(deep)))
        return restored[:, :, : SCALE * height, : SCALE * width]

    def _between(self, own: Tensor) -> Tensor:
        """Return the features between each two frames, from the recurrences in both directions."""
        levels = self.pyramid(own)
        frames = [[level[number : number + 1] for level in levels] for number in range(len(own))]
        ahead = self._recurrence(frames)
        back = self._recurrence(frames[::-1])[::-1]
        joined = [torch.cat(pair, dim=1) for pair in zip(ahead, back, strict=True)]
        between: Tensor = self.fusion_f_b(torch.cat(joined))
        return between

    def _recurrence(self, frames: list[list[Tensor]]) -> list[Tensor]:
        """Return the features between each two frames, in one direction."""
        state = torch.zeros_like(frames[0][0])
        results = []
        for first, second in pairwise(frames):
            between, state = self.pcd_align_modified(state, first, second)
            results.append(between)
        return results


def _square(channels: int) -> nn.Module:
    return conv3x3(channels, channels)
