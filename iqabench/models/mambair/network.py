"""MambaIR by Guo et al.: blocks of a state-space model in four directions and a convolution."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import silu, softplus

from iqabench.models.layers.blocks import conv1x1, conv3x3, pixel_shuffle
from iqabench.models.layers.residual import DIV2K_MEAN
from iqabench.models.layers.shapes import Shapes, count, shuffled
from iqabench.models.mambair.scan import Hold, Sequences, selective_scan

_DIRECTIONS = 4


class FourDirectionScan(nn.Module):
    """A selective scan along rows and columns, forwards and backwards (the paper's 2D-SSM)."""

    def __init__(self, channels: int, states: int, expansion: float, hold: Hold) -> None:
        super().__init__()
        inner, self.rank = int(expansion * channels), math.ceil(channels / 16)
        self.states, self.hold = states, hold
        self.in_proj = nn.Linear(channels, 2 * inner, bias=False)
        self.conv2d = nn.Conv2d(inner, inner, 3, padding=1, groups=inner)
        bound = inner**-0.5
        self.x_proj_weight = nn.Parameter(
            torch.empty(_DIRECTIONS, self.rank + 2 * states, inner).uniform_(-bound, bound)
        )
        bound = self.rank**-0.5
        self.dt_projs_weight = nn.Parameter(
            torch.empty(_DIRECTIONS, inner, self.rank).uniform_(-bound, bound)
        )
        # Steps begin between 0.001 and 0.1: the bias is the inverse of softplus.
        steps = torch.empty(_DIRECTIONS, inner).uniform_(math.log(1e-3), math.log(0.1)).exp()
        self.dt_projs_bias = nn.Parameter(steps + torch.log(-torch.expm1(-steps)))
        decays = torch.arange(1.0, states + 1).log()
        self.A_logs = nn.Parameter(decays.repeat(_DIRECTIONS * inner, 1))
        self.Ds = nn.Parameter(torch.ones(_DIRECTIONS * inner))
        self.out_norm = nn.LayerNorm(inner)
        self.out_proj = nn.Linear(inner, channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the tokens x.

        Shapes: (N, H, W, channels), kept.
        """
        tokens, gate = self.in_proj(x).chunk(2, dim=-1)
        scanned = self._scan(silu(self.conv2d(tokens.movedim(3, 1))))
        output: Tensor = self.out_proj(self.out_norm(scanned.movedim(1, 3)) * silu(gate))
        return output

    def _scan(self, x: Tensor) -> Tensor:
        """Return the sum of the scans in all directions.

        Shapes: (N, C, H, W), kept.
        """
        height, width = x.shape[2:]
        both = torch.stack([x.flatten(2), x.transpose(2, 3).flatten(2)], dim=1)
        u = torch.cat([both, both.flip(-1)], dim=1)
        parts = torch.einsum("nkcl,kpc->nkpl", u, self.x_proj_weight)
        low, b, c = torch.split(parts, [self.rank, self.states, self.states], dim=2)
        step = torch.einsum("nkrl,kcr->nkcl", low, self.dt_projs_weight)
        step = softplus(step + self.dt_projs_bias[..., None])
        a = -self.A_logs.exp().view(_DIRECTIONS, -1, self.states)
        sequences = Sequences(u, step, b, c)
        y = selective_scan(sequences, a, self.Ds.view(_DIRECTIONS, -1), self.hold)
        rows, columns = y[:, :2].add(y[:, 2:].flip(-1)).unbind(1)
        by_rows: Tensor = rows.view(*rows.shape[:2], height, width)
        return by_rows + columns.view(*rows.shape[:2], width, height).transpose(2, 3)


class ConvolutionBlock(nn.Module):
    """Narrow, depthwise and dilated convolutions and channel attention (the light form of the CAB)."""

    def __init__(self, channels: int, squeeze: int = 30) -> None:
        super().__init__()
        half, squeezed = channels // 2, channels // squeeze
        attention = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            conv1x1(channels, squeezed),
            nn.ReLU(inplace=True),
            conv1x1(squeezed, channels),
            nn.Sigmoid(),
        )
        self.cab = nn.Sequential(
            conv1x1(channels, half),
            nn.Conv2d(half, half, 3, padding=1, groups=half),
            nn.GELU(),
            conv1x1(half, channels),
            nn.Conv2d(channels, channels, 3, padding=2, groups=channels, dilation=2),
            nn.ModuleDict({"attention": attention}),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept.
        """
        features: Tensor = self.cab[:-1](x)
        weights: Tensor = self.get_submodule("cab.5.attention")(features)
        return features * weights


class StateSpaceBlock(nn.Module):
    """The scan and the convolutions, each added to its scaled input (the paper's RSSB)."""

    def __init__(self, channels: int, states: int, expansion: float, hold: Hold) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(channels)
        self.self_attention = FourDirectionScan(channels, states, expansion, hold)
        self.skip_scale = nn.Parameter(torch.ones(channels))
        self.conv_blk = ConvolutionBlock(channels)
        self.ln_2 = nn.LayerNorm(channels)
        self.skip_scale2 = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the tokens x.

        Shapes: (N, H, W, channels), kept.
        """
        x = x * self.skip_scale + self.self_attention(self.ln_1(x))
        local: Tensor = self.conv_blk(self.ln_2(x).movedim(3, 1)).movedim(1, 3)
        return x * self.skip_scale2 + local


class StateSpaceGroup(nn.Module):
    """State-space blocks and a convolution, added to the input (the paper's RSSG)."""

    def __init__(self, channels: int, blocks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.residual_group = nn.ModuleDict({"blocks": nn.Sequential(*blocks)})
        self.conv = conv3x3(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the tokens x.

        Shapes: (N, H, W, channels), kept.
        """
        deep = self.residual_group["blocks"](x)
        change: Tensor = self.conv(deep.movedim(3, 1))
        return change.movedim(1, 3) + x


class MambaIR(nn.Module):
    """The light network: groups of state-space blocks between two convolutions and a shuffling tail.

    With the hold `first`, the scan takes the input between two pixels for a straight line (FSSM); the
    parameters are the same.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0 to 1.
    Source: Guo et al., "MambaIR: A Simple Baseline for Image Restoration with State-Space Model", ECCV 2024,
    arXiv:2402.15648; the hold `first`: see `selective_scan`.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        groups = count(shapes, "layers.#.conv.bias")
        block = "layers.0.residual_group.blocks.0"
        channels = shapes["conv_first.bias"][0]
        return {
            "scale": shuffled(shapes["upsample.0.bias"][0]),
            "channels": channels,
            "depths": [
                count(shapes, f"layers.{number}.residual_group.blocks.#.skip_scale")
                for number in range(groups)
            ],
            "states": shapes[f"{block}.self_attention.A_logs"][1],
            "expansion": shapes[f"{block}.self_attention.conv2d.bias"][0] / channels,
        }

    mean: Tensor

    def __init__(
        self,
        scale: int,
        channels: int = 60,
        depths: Sequence[int] = (6, 6, 6, 6),
        states: int = 10,
        expansion: float = 1.2,
        hold: Hold = "zero",
    ) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(DIV2K_MEAN).view(1, 3, 1, 1), persistent=False)
        self.conv_first = conv3x3(3, channels)
        self.patch_embed = nn.ModuleDict({"norm": nn.LayerNorm(channels)})
        groups = []
        for depth in depths:
            blocks = [StateSpaceBlock(channels, states, expansion, hold) for _ in range(depth)]
            groups.append(StateSpaceGroup(channels, blocks))
        self.layers = nn.Sequential(*groups)
        self.norm = nn.LayerNorm(channels)
        self.conv_after_body = conv3x3(channels, channels)
        self.upsample = pixel_shuffle(channels, scale)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = self.conv_first(x - self.mean)
        tokens = self.patch_embed["norm"](shallow.movedim(1, 3))
        deep = self.norm(self.layers(tokens)).movedim(3, 1)
        restored: Tensor = self.upsample(self.conv_after_body(deep) + shallow)
        return restored + self.mean
