"""QuantNAS by Shvetsov et al.: a network of the search space, built from the names of its operations."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import SpatialAttention
from iqabench.models.quantnas.operations import STEP, Operation, layer, operation

Gene = tuple[str, int]
"""The name of an operation and the bits of its layers."""

_KERNEL = ".conv.weight"
_ROUNDING = ".quan_w_fn.s"


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:  # noqa: ARG001 - of all families
    """Return weights that the authors' code trained with the names of this network.

    Their files hold kernels in floats beside the steps to which they are rounded. A layer without a learned
    slope is one of 8 bits: its kernel is rounded here.
    """
    adapted = {name: tensor for name, tensor in state.items() if not name.endswith(_ROUNDING)}
    for name, step in state.items():
        path = name.removesuffix(_ROUNDING)
        if path == name or f"{path}.quan_a_fn.prelu.weight" in state:
            continue
        kernel = adapted.pop(f"{path}{_KERNEL}")
        # A step of LSQ is a positive number for every output channel.
        adapted[f"{path}.conv.weight_int8"] = (
            (kernel / step).clamp(-128, 127).round().to(torch.int8)
        )
        adapted[f"{path}.conv.weight_scale"] = step.flatten()
        adapted[f"{path}.conv.input_scale"] = torch.tensor(STEP)
        adapted[f"{path}.conv.input_zero_point"] = torch.tensor(0, dtype=torch.int32)
    return adapted


class SearchedCell(nn.Module):
    """Operations in a chain, whose inputs are narrowed beside it, fused and weighed, added to the input."""

    def __init__(self, features: int, body: Sequence[Gene], skip: Sequence[Gene]) -> None:
        super().__init__()
        half, last = features // 2, len(body) - 1
        support = _support_bits(body)

        def pointwise(inputs: int, outputs: int) -> nn.Module:
            return Operation(layer(inputs, outputs, 1, support))

        def conv(inputs: int, outputs: int, *, stride: int = 1, padding: int = 1) -> nn.Module:
            return Operation(layer(inputs, outputs, 3, support, stride=stride, padding=padding))

        self.body = nn.ModuleList(
            operation(name, features, half if place == last else features, features, bits)
            for place, (name, bits) in enumerate(body)
        )
        self.skip = nn.ModuleList(
            operation(name, features, half, features, bits) for name, bits in skip
        )
        self.cum_channels = pointwise(half * len(body), features)
        self.esa = SpatialAttention(
            features,
            features // 4,
            activation=nn.Identity,
            pointwise=pointwise,
            conv=conv,
            shrink=conv,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept; H and W at least 15.
        """
        features, parts = x, []
        for main, side in zip(self.body[:-1], self.skip, strict=True):
            parts.append(side(features))
            features = features + main(features)
        parts.append(self.body[-1](features))
        weighed: Tensor = self.esa(self.cum_channels(torch.cat(parts, dim=1)))
        return weighed + x


class QuantNAS(nn.Module):
    """Cells of searched operations on copies of the image, then a searched enlargement and a searched end.

    `body` and `skip` hold one list per cell. The layers that are not searched have 8 bits when the first
    searched one has.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W); H and W at least 15.
    Range: 0 to 1.
    Source: Shvetsov et al., "QuantNAS for super resolution: searching for efficient quantization-friendly
    architectures against quantization noise", arXiv:2208.14839.
    Raises: ModelError for an operation that is not in the search space.
    """

    def __init__(
        self,
        scale: int,
        body: Sequence[Sequence[Gene]],
        skip: Sequence[Sequence[Gene]],
        upsample: Gene,
        tail: Gene,
        features: int = 48,
    ) -> None:
        super().__init__()
        self.copies = features // 3
        support = _support_bits(body[0])
        self.body = nn.ModuleList(
            SearchedCell(features, main, side) for main, side in zip(body, skip, strict=True)
        )
        enlarge = operation(upsample[0], features, 3 * scale**2, features, upsample[1])
        self.upsample = nn.Sequential(nn.Sequential(enlarge), nn.PixelShuffle(scale))
        self.tail = nn.Sequential(operation(tail[0], 3, 3, features, tail[1]))
        self.c = Operation(layer(features * len(body), features, 1, support))
        self.c2 = Operation(layer(features, features, 3, support))

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        copies = features = x.repeat(1, self.copies, 1, 1)
        outputs = []
        for cell in self.body:
            features = cell(features)
            outputs.append(features)
        fused = self.c2(self.c(torch.cat(outputs, dim=1)))
        enlarged: Tensor = self.upsample(fused + copies)
        end: Tensor = self.tail(enlarged)
        return enlarged + end


def _support_bits(genes: Sequence[Gene]) -> int:
    """Return the bits of the layers around searched operations."""
    return 8 if genes[0][1] == 8 else 32
