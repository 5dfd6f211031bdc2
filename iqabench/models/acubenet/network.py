"""A-CubeNet by Hang et al.: residual blocks with dual attention, groups fused by a third attention."""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.residual import ResidualBlock, mean_shifts, shuffle_tail
from iqabench.models.layers.shapes import Shapes, count, tail_scale


class AdaptiveSpatialAttention(nn.Module):
    """A map of the image, as the channel means weigh it (the paper's ASAB)."""

    def __init__(self) -> None:
        super().__init__()
        self.k1 = nn.Parameter(torch.zeros(1))
        self.body = nn.Sequential(conv3x3(1, 1), nn.ReLU(inplace=True), conv3x3(1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the map that is added to every channel.

        Shapes: (N, C, H, W) to (N, 1, H, W).
        """
        samples, channels, height, width = x.shape
        weights = x.mean((2, 3)).softmax(1)
        # Paper: the channels of every pixel are weighed. Authors' code: the values in memory are cut into
        # pixels of C values without moving the channels last, and the published weights expect that.
        pixels = x.reshape(samples, height * width, channels)
        context = (pixels @ weights[:, :, None]).view(samples, 1, height, width)
        change: Tensor = self.body(context)
        return self.k1 * change


class AdaptiveChannelAttention(nn.Module):
    """A value for every channel, from the pixels that a mask finds important (the paper's ACAB)."""

    def __init__(self, features: int, squeezed: int) -> None:
        super().__init__()
        self.k2 = nn.Parameter(torch.zeros(1))
        self.conv_mask = conv1x1(features, 1)
        self.channel_add_conv = nn.Sequential(
            conv1x1(features, squeezed), nn.ReLU(inplace=True), conv1x1(squeezed, features)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the values that are added to every pixel.

        Shapes: (N, C, H, W) to (N, C, 1, 1).
        """
        mask = self.conv_mask(x).flatten(2).softmax(2)
        context = x.flatten(2) @ mask.transpose(1, 2)
        change: Tensor = self.channel_add_conv(context[..., None])
        return self.k2 * change


class DualAttention(nn.Module):
    """An attention over places and one over channels, both added to the input (the paper's ADAM)."""

    def __init__(self, features: int, squeezed: int) -> None:
        super().__init__()
        self.MA = AdaptiveSpatialAttention()
        self.context = AdaptiveChannelAttention(features, squeezed)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        added: Tensor = self.MA(x) + self.context(x)
        return x + added


class DualAttentionUnit(nn.Module):
    """A residual block, then dual attention (the paper's RDAU)."""

    def __init__(self, features: int, squeezed: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            ResidualBlock(features, damping=1), DualAttention(features, squeezed)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        output: Tensor = self.body(x)
        return output


class DualAttentionGroup(nn.Module):
    """Units with dual attention and a convolution, added to the input (the paper's RDAG)."""

    def __init__(self, units: int, features: int, squeezed: int) -> None:
        super().__init__()
        chain = [DualAttentionUnit(features, squeezed) for _ in range(units)]
        self.body = nn.Sequential(*chain, conv3x3(features, features))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        change: Tensor = self.body(x)
        return change + x


class GroupAttention(nn.Module):
    """A sum of the outputs of all groups, weighed by one number each (the paper's AHAM)."""

    def __init__(self) -> None:
        super().__init__()
        self.k3 = nn.Parameter(torch.zeros(1))

    def forward(self, outputs: Tensor, scores: Tensor) -> Tensor:
        """Return the weighed sum.

        Shapes: (N, groups, C, H, W) and (N, groups) to (N, C, H, W).
        """
        weights = scores.softmax(1)[:, :, None, None, None]
        return self.k3 * (outputs * weights).sum(1)


class ACubeNet(nn.Module):
    """Groups of units with dual attention, fused by attention between groups.

    Without `scale` the network keeps the size of the image. `shift` says which layers of the mean colour
    are there: none in the denoising networks; that of deblocking has an unused one.

    Shapes: (N, channels, H, W) to (N, channels, scale H, scale W).
    Range: 0..255.
    Source: Hang et al., "Attention Cube Network for Image Restoration", ACM MM 2020, arXiv:2009.05907.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        enlarges = "tail.1.weight" in shapes
        return {
            "scale": tail_scale(shapes, "tail.0") if enlarges else 1,
            "channels": shapes["head.0.weight"][1],
            "groups": count(shapes, "sq.#.weight"),
            "units": count(shapes, "body.0.body.#.body.1.MA.k1"),
            "features": shapes["head.0.bias"][0],
            "squeezed": shapes["body.0.body.0.body.1.context.channel_add_conv.0.bias"][0],
            "shift": "both" if enlarges else "unused" if "add_mean.bias" in shapes else "none",
        }

    def __init__(
        self,
        scale: int = 1,
        channels: int = 3,
        groups: int = 4,
        units: int = 4,
        features: int = 64,
        squeezed: int = 4,
        shift: str = "both",
    ) -> None:
        super().__init__()
        subtract, add = mean_shifts()
        self.aff = GroupAttention()
        self.sub_mean = subtract if shift == "both" else nn.Identity()
        self.body = nn.ModuleList(
            DualAttentionGroup(units, features, squeezed) for _ in range(groups)
        )
        self.sq = nn.ModuleList(conv1x1(features, 1) for _ in range(groups))
        self.add_mean = nn.Identity() if shift == "none" else add
        self.head = nn.Sequential(conv3x3(channels, features))
        self.VFF = nn.Sequential(conv3x3(features, features))
        enlarge = [shuffle_tail(features, scale)] if scale > 1 else []
        self.tail = nn.Sequential(*enlarge, conv3x3(features, channels))
        self.shift = shift

    def forward(self, x: Tensor) -> Tensor:
        """Return the restored image."""
        shallow = features = self.head(self.sub_mean(x))
        outputs, scores = [], []
        for group, score in zip(self.body, self.sq, strict=True):
            features = group(features)
            outputs.append(features)
            scores.append(score(features.mean((2, 3), keepdim=True)).flatten(1))
        fused = self.aff(torch.stack(outputs, dim=1), torch.cat(scores, dim=1))
        restored: Tensor = self.tail(self.VFF(features + fused) + shallow)
        return self.add_mean(restored) if self.shift == "both" else restored
