"""PReNet by Ren et al. and its forms: the same network removes rain six times, with or without a memory."""

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv3x3

_BLOCKS = 5


class PReNet(nn.Module):
    """A network that is applied to the rainy image and to what it made of it in the stage before.

    With `memory` a convolutional LSTM carries features from stage to stage; without it the network is PRN.
    With `shared_block` one residual block is applied five times (PReNet_r, PRN_r), else there are five.

    Shapes: (N, 3, H, W), kept.
    Range: 0..1.
    Source: Ren et al., "Progressive Image Deraining Networks: A Better and Simpler Baseline", CVPR 2019,
    arXiv:1901.09221, sections 3.1 and 3.2.
    """

    def __init__(
        self,
        stages: int = 6,
        features: int = 32,
        memory: bool = True,
        shared_block: bool = False,
    ) -> None:
        super().__init__()
        self.stages = stages
        self.features = features
        self.shared_block = shared_block
        self.conv0 = nn.Sequential(conv3x3(6, features), nn.ReLU())
        for number in range(1, 2 if shared_block else _BLOCKS + 1):
            self.add_module(f"res_conv{number}", _block(features))
        self.memory = memory
        if memory:
            for gate in ("i", "f", "o", "g"):
                bounded = nn.Tanh() if gate == "g" else nn.Sigmoid()
                layers = (conv3x3(2 * features, features), bounded)
                self.add_module(f"conv_{gate}", nn.Sequential(*layers))
        self.conv = nn.Sequential(conv3x3(features, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Return the image of the last stage."""
        rainy = x
        hidden = cell = x.new_zeros((len(x), self.features, *x.shape[2:]))
        for _ in range(self.stages):
            features = self.conv0(torch.cat([rainy, x], dim=1))
            if self.memory:
                hidden, cell = self._remember(features, hidden, cell)
                features = hidden
            x = rainy + self.conv(self._through_blocks(features))
        return x

    def _remember(self, features: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        """Return the hidden features and the cell of the LSTM after this stage."""
        both = torch.cat([features, hidden], dim=1)
        admit, forget, emit, proposal = (
            self.get_submodule(f"conv_{gate}")(both) for gate in ("i", "f", "o", "g")
        )
        cell = forget * cell + admit * proposal
        return emit * torch.tanh(cell), cell

    def _through_blocks(self, features: Tensor) -> Tensor:
        for number in range(1, _BLOCKS + 1):
            block = self.get_submodule(f"res_conv{1 if self.shared_block else number}")
            features = torch.relu(block(features) + features)
        return features


def _block(features: int) -> nn.Sequential:
    layers = (conv3x3(features, features), nn.ReLU(), conv3x3(features, features), nn.ReLU())
    return nn.Sequential(*layers)
