"""BasicVSR by Chan et al.: features travel through a clip in both directions, along optical flow."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.spynet import SpyNet
from iqabench.models.layers.video import warp

SCALE = 4


class UnprunedBlock(nn.Module):
    """Two convolutions whose output is added to the input.

    Shapes: (N, features, H, W), kept.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = conv3x3(features, features)
        self.conv2 = conv3x3(features, features)

    def forward(self, x: Tensor) -> Tensor:
        """Return the transformed features."""
        change: Tensor = self.conv2(functional.relu(self.conv1(x)))
        return x + change


class PrunedBlock(nn.Module):
    """A residual block that takes some channels, and adds its output to others; the skip keeps all.

    The numbers of the channels come with the weights, as the buffers `taken` and `added`.

    Shapes: (N, features, H, W), kept.
    Source: Xia et al., "Structured Sparsity Learning for Efficient Video Super-Resolution", CVPR 2023,
    arXiv:2206.07687 (residual sparsity connection).
    """

    taken: Tensor
    added: Tensor

    def __init__(self, kept: int) -> None:
        super().__init__()
        self.register_buffer("taken", torch.arange(kept))
        self.register_buffer("added", torch.arange(kept))
        self.conv1 = conv3x3(kept, kept)
        self.conv2 = conv3x3(kept, kept)

    def forward(self, x: Tensor) -> Tensor:
        """Return the features, of which some are transformed."""
        change: Tensor = self.conv2(functional.relu(self.conv1(x[:, self.taken])))
        return x.index_add(1, self.added, change)


class PropagationTrunk(nn.Module):
    """The residual blocks of one direction, behind a convolution of the frame and what arrives."""

    def __init__(self, features: int, blocks: int, kept: int | None, slope: float) -> None:
        super().__init__()
        chain = nn.Sequential(
            *(PrunedBlock(kept) if kept else UnprunedBlock(features) for _ in range(blocks))
        )
        self.main = nn.Sequential(conv3x3(features + 3, features), nn.LeakyReLU(slope), chain)

    def forward(self, frame: Tensor, features: Tensor) -> Tensor:
        """Return the features that travel on."""
        passed: Tensor = self.main(torch.cat([frame, features], dim=1))
        return passed


class BasicVSR(nn.Module):
    """Two trunks, backward and forward in time, and an upsampling of their features.

    With `kept` the residual blocks are pruned to that many channels, and so are the layers of the upsampling,
    whose channels are pruned in groups of four: those that one pixel is shuffled from.

    Shapes: a clip (T, 3, H, W) to (T, 3, 4 H, 4 W).
    Range: 0..1.
    Source: Chan et al., "BasicVSR: The Search for Essential Components in Video Super-Resolution and
    Beyond", CVPR 2021, arXiv:2012.02181, section 3.
    """

    def __init__(
        self,
        scale: int,
        features: int = 64,
        blocks: int = 30,
        kept: int | None = None,
        slope: float = 0.1,
    ) -> None:
        super().__init__()
        if scale != SCALE:
            raise ValueError(f"BasicVSR scales x{SCALE}, not x{scale}")
        self.features = features
        self.slope = slope
        between = kept or features
        self.spynet = SpyNet()
        self.backward_trunk = PropagationTrunk(features, blocks, kept, slope)
        self.forward_trunk = PropagationTrunk(features, blocks, kept, slope)
        self.fusion = conv1x1(2 * features, between)
        self.upconv1 = conv3x3(between, between * 4)
        self.upconv2 = conv3x3(between, between * 4)
        self.conv_hr = conv3x3(between, between)
        self.conv_last = conv3x3(between, 3)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return all frames, enlarged."""
        frames = [input[t : t + 1] for t in range(len(input))]
        nothing = input.new_zeros(1, self.features, *input.shape[2:])
        back, features = [], nothing
        for t in reversed(range(len(frames))):
            if t < len(frames) - 1:
                flow = self.spynet(frames[t], frames[t + 1])
                features = warp(features, flow, padding="zeros")
            features = self.backward_trunk(frames[t], features)
            back.append(features)
        outputs, features = [], nothing
        for t, frame in enumerate(frames):
            if t:
                features = warp(features, self.spynet(frame, frames[t - 1]), padding="zeros")
            features = self.forward_trunk(frame, features)
            outputs.append(self._enlarged(frame, torch.cat([back[-1 - t], features], dim=1)))
        return torch.cat(outputs)

    def _enlarged(self, frame: Tensor, both: Tensor) -> Tensor:
        x = functional.leaky_relu(self.fusion(both), self.slope)
        for layer in (self.upconv1, self.upconv2):
            x = functional.leaky_relu(functional.pixel_shuffle(layer(x), 2), self.slope)
        change: Tensor = self.conv_last(functional.leaky_relu(self.conv_hr(x), self.slope))
        base = functional.interpolate(
            frame, scale_factor=SCALE, mode="bilinear", align_corners=False
        )
        return base + change


_RENAMED = {
    "backward_resblocks": "backward_trunk",
    "forward_resblocks": "forward_trunk",
    "upsample1.upsample_conv": "upconv1",
    "upsample2.upsample_conv": "upconv2",
}


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:
    """Return published tensors with the names of the network, which are those of BasicSR.

    The files of OpenMMLab have other names for the trunks, the upsampling and the layers of the flow.
    """
    del scale
    tensors = {}
    for name, tensor in state.items():
        renamed = name
        for theirs, ours in _RENAMED.items():
            renamed = renamed.replace(theirs, ours)
        parts = renamed.split(".")
        if parts[0] == "spynet" and len(parts) == 7 and parts[5] == "conv":
            parts = [*parts[:4], str(2 * int(parts[4])), parts[6]]
        tensors[".".join(parts)] = tensor
    return tensors
