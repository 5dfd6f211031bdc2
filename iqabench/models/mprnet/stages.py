"""The stages of MPRNet: two U-shaped networks, and one at full size."""

from collections.abc import Sequence

from torch import Tensor, nn

from iqabench.models.layers.blocks import pointwise
from iqabench.models.mprnet.blocks import (
    BilinearDoubling,
    BilinearHalving,
    ChannelBlock,
    FullSizeBlock,
    chain,
)

_BLOCKS = 2
"""The number of blocks of each level."""


class StageEncoder(nn.Module):
    """Three levels of blocks; with `fusing` it takes in what the stage before found (the paper's CSFF)."""

    def __init__(self, widths: Sequence[int], activation: nn.PReLU, *, fusing: bool) -> None:
        super().__init__()
        first, second, third = widths
        self.encoder_level1 = chain(_BLOCKS, first, activation)
        self.encoder_level2 = chain(_BLOCKS, second, activation)
        self.encoder_level3 = chain(_BLOCKS, third, activation)
        self.down12 = BilinearHalving(first, second)
        self.down23 = BilinearHalving(second, third)
        if fusing:
            for part in ("enc", "dec"):
                for level, width in enumerate(widths, start=1):
                    self.add_module(f"csff_{part}{level}", pointwise(width, width))

    def forward(
        self, x: Tensor, before: tuple[list[Tensor], list[Tensor]] | None = None
    ) -> list[Tensor]:
        """Return the features of all levels.

        `before` are the features of the encoder and of the decoder of the stage before.

        Shapes: (N, features, H, W); levels of H, H / 2 and H / 4.
        """
        first = self._fused(self.encoder_level1(x), 1, before)
        second = self._fused(self.encoder_level2(self.down12(first)), 2, before)
        third = self._fused(self.encoder_level3(self.down23(second)), 3, before)
        return [first, second, third]

    def _fused(
        self, x: Tensor, level: int, before: tuple[list[Tensor], list[Tensor]] | None
    ) -> Tensor:
        """Return the features of a level with those of the stage before, if any."""
        if before is None:
            return x
        encoded, decoded = (features[level - 1] for features in before)
        fused: Tensor = x + self.get_submodule(f"csff_enc{level}")(encoded)
        output: Tensor = fused + self.get_submodule(f"csff_dec{level}")(decoded)
        return output


class StageDecoder(nn.Module):
    """Three levels of blocks, from the lowest up, with skips through a block with attention."""

    def __init__(self, widths: Sequence[int], activation: nn.PReLU) -> None:
        super().__init__()
        first, second, third = widths
        self.decoder_level1 = chain(_BLOCKS, first, activation)
        self.decoder_level2 = chain(_BLOCKS, second, activation)
        self.decoder_level3 = chain(_BLOCKS, third, activation)
        self.skip_attn1 = ChannelBlock(first, activation)
        self.skip_attn2 = ChannelBlock(second, activation)
        self.up21 = BilinearDoubling(second, first)
        self.up32 = BilinearDoubling(third, second)

    def forward(self, levels: list[Tensor]) -> list[Tensor]:
        """Return the features of all levels, the largest first.

        Shapes: as the encoder's.
        """
        third = self.decoder_level3(levels[2])
        second = self.decoder_level2(self.up32(third) + self.skip_attn2(levels[1]))
        first = self.decoder_level1(self.up21(second) + self.skip_attn1(levels[0]))
        return [first, second, third]


class FullSizeStage(nn.Module):
    """Three blocks at full size, each joined by a level of the stage before (the paper's ORSNet)."""

    def __init__(
        self, widths: Sequence[int], features: int, blocks: int, activation: nn.PReLU
    ) -> None:
        super().__init__()
        first, second, third = widths
        self.orb1 = FullSizeBlock(blocks, features, activation)
        self.orb2 = FullSizeBlock(blocks, features, activation)
        self.orb3 = FullSizeBlock(blocks, features, activation)
        self.up_enc1 = BilinearDoubling(second, first)
        self.up_dec1 = BilinearDoubling(second, first)
        self.up_enc2 = nn.Sequential(
            BilinearDoubling(third, second), BilinearDoubling(second, first)
        )
        self.up_dec2 = nn.Sequential(
            BilinearDoubling(third, second), BilinearDoubling(second, first)
        )
        for part in ("enc", "dec"):
            for level in range(1, 4):
                self.add_module(f"conv_{part}{level}", pointwise(first, features))

    def forward(self, x: Tensor, encoded: list[Tensor], decoded: list[Tensor]) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept; levels as the encoder's.
        """
        x = self._fused(self.orb1(x), 1, encoded[0], decoded[0])
        x = self._fused(self.orb2(x), 2, self.up_enc1(encoded[1]), self.up_dec1(decoded[1]))
        return self._fused(self.orb3(x), 3, self.up_enc2(encoded[2]), self.up_dec2(decoded[2]))

    def _fused(self, x: Tensor, level: int, encoded: Tensor, decoded: Tensor) -> Tensor:
        """Return features with those of a level of the stage before."""
        fused: Tensor = x + self.get_submodule(f"conv_enc{level}")(encoded)
        output: Tensor = fused + self.get_submodule(f"conv_dec{level}")(decoded)
        return output
