"""FRVSR by Sajjadi et al.: the last output, warped by optical flow, helps to make the next one."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.residual import ResidualBlock
from iqabench.models.layers.video import warp

SCALE = 4
_MULTIPLE = 8
_FURTHEST = 24.0
"""The largest flow in pixels of the input."""
_DOWN = (32, 64, 128)
_UP = (256, 128, 64)

State = tuple[Tensor, Tensor]
"""The frame (1, 3, H, W) and the output (1, 3, 4 H, 4 W) before."""


def _pair(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        conv3x3(inputs, outputs),
        nn.LeakyReLU(0.2),
        conv3x3(outputs, outputs),
        nn.LeakyReLU(0.2),
    )


class FlowNet(nn.Module):
    """The optical flow between two frames: three sizes down, three up.

    Shapes: (1, 6, H, W), both frames, to (1, 2, H, W) in pixels; sides are padded to multiples of 8.
    """

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            _pair(inputs, outputs) for inputs, outputs in zip((6, *_DOWN), _DOWN, strict=False)
        )
        self.up = nn.ModuleList(
            _pair(inputs, outputs) for inputs, outputs in zip((_DOWN[-1], *_UP), _UP, strict=False)
        )
        self.flow = nn.Sequential(conv3x3(_UP[-1], 32), nn.LeakyReLU(0.2), conv3x3(32, 2))

    def forward(self, x: Tensor) -> Tensor:
        """Return the flow."""
        height, width = x.shape[2:]
        x = functional.pad(x, [0, -width % _MULTIPLE, 0, -height % _MULTIPLE], mode="replicate")
        for layers in self.down:
            x = functional.max_pool2d(layers(x), 2)
        for layers in self.up:
            x = functional.interpolate(
                layers(x), scale_factor=2, mode="bilinear", align_corners=False
            )
        flow: Tensor = torch.tanh(self.flow(x)) * _FURTHEST
        return flow[:, :, :height, :width]


class FRVSR(nn.Module):
    """Frame-recurrent video super-resolution.

    Shapes: frame t, (1, 3, H, W), to (1, 3, 4 H, 4 W).
    Range: 0..1.
    Source: Sajjadi et al., "Frame-Recurrent Video Super-Resolution", CVPR 2018, arXiv:1801.04590,
    section 3; there is no published code of the authors.
    """

    def __init__(self, scale: int, blocks: int = 10, features: int = 64) -> None:
        super().__init__()
        if scale != SCALE:
            raise ValueError(f"FRVSR scales x{SCALE}, not x{scale}")
        self.flow_net = FlowNet()
        inputs = 3 + 3 * SCALE**2
        self.head = nn.Sequential(conv3x3(inputs, features), nn.ReLU())
        self.body = nn.Sequential(*(ResidualBlock(features, 1) for _ in range(blocks)))
        self.up = nn.Sequential(
            nn.ConvTranspose2d(features, features, 3, 2, 1, output_padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(features, features, 3, 2, 1, output_padding=1),
            nn.ReLU(),
        )
        self.tail = conv3x3(features, 3)

    def forward(
        self,
        input: Tensor,  # noqa: A002 - the role of the part
        state: State | None = None,
    ) -> tuple[Tensor, State]:
        """Return frame t, enlarged, and the state for the next frame; without a state a clip begins."""
        height, width = input.shape[2:]
        if state is None:
            warped = input.new_zeros(1, 3, SCALE * height, SCALE * width)
        else:
            last, output = state
            flow = self.flow_net(torch.cat([last, input], dim=1))
            flow = SCALE * functional.interpolate(
                flow, scale_factor=SCALE, mode="bilinear", align_corners=False
            )
            warped = warp(output, flow)
        x = torch.cat([input, functional.pixel_unshuffle(warped, SCALE)], dim=1)
        enlarged: Tensor = self.tail(self.up(self.body(self.head(x))))
        return enlarged, (input, enlarged)
