"""RLSP by Fuoli et al.: recurrent video super-resolution whose state is a map of features."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.video import enlarge_chroma, luma_of, rgb_of

SCALE = 4
_LAYERS = 7
"""The convolutions before that of the output; the last of them makes the state."""

State = tuple[Tensor, Tensor]
"""The features (1, F, H, W) and the luma (1, 1, 4 H, 4 W) of the frame before."""


class RLSP(nn.Module):
    """Convolutions over three frames, the state and the last output, both of which they hand on.

    Shapes: a window (3, 3, H, W) of the frames t - 1, t and t + 1 to frame t, (1, 3, 4 H, 4 W).
    Range: 0..255. The network makes luma; chroma is enlarged by bicubic interpolation.
    Source: Fuoli et al., "Efficient Video Super-Resolution through Recurrent Latent Space
    Propagation", ICCVW 2019, arXiv:1909.08080, section 3.
    """

    def __init__(self, scale: int, features: int) -> None:
        super().__init__()
        if scale != SCALE:
            raise ValueError(f"RLSP scales x{SCALE}, not x{scale}")
        self.features = features
        widths = [3 * 3 + features + SCALE**2] + [features] * _LAYERS
        layers = [conv3x3(n, features) for n in widths[:_LAYERS]]
        self.layers = nn.ModuleList([*layers, conv3x3(features, SCALE**2)])

    def forward(
        self,
        input: Tensor,  # noqa: A002 - the role of the part
        state: State | None = None,
    ) -> tuple[Tensor, State]:
        """Return frame t, enlarged, and the state for frame t + 1; without a state a clip begins."""
        luma, state = self.restore_luma(input, state)
        rounded = torch.floor(luma.clamp(0, 255) + 0.5)  # the authors' files are of 8 bits
        return rgb_of(rounded, enlarge_chroma(input[1:2], SCALE)), state

    def restore_luma(self, frames: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Return the luma of frame t in 16..235, not rounded, (1, 1, 4 H, 4 W), and the state."""
        height, width = frames.shape[2:]
        if state is None:
            state = (
                frames.new_zeros(1, self.features, height, width),
                frames.new_zeros(1, 1, SCALE * height, SCALE * width),
            )
        features, last = state
        window = frames.reshape(1, 9, height, width)
        x = torch.cat([window, features, functional.pixel_unshuffle(last, SCALE)], dim=1)
        for layer in self.layers[: _LAYERS - 1]:
            x = functional.relu(layer(x))
        features = functional.relu(self.layers[_LAYERS - 1](x))
        luma = functional.pixel_shuffle(self.layers[_LAYERS](x) + luma_of(frames[1:2]), SCALE)
        return luma, (features, luma)


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:
    """Return the published tensors with the names and the order of axes of the network.

    TensorFlow keeps kernels as (H, W, inputs, outputs), and the state of its optimiser beside them.
    """
    del scale
    tensors = {}
    for name, tensor in state.items():
        layer, _, kind = name.partition("/")
        if kind == "kernel":
            tensors[f"layers.{layer.removeprefix('layer')}.weight"] = tensor.permute(3, 2, 0, 1)
        elif kind == "bias":
            tensors[f"layers.{layer.removeprefix('layer')}.bias"] = tensor
    return tensors or state
