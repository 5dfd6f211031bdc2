"""STDAN: its deformed places, its windows of four frames, and the frames between."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from iqabench.models.layers.deformable import deformed_places
from iqabench.models.stdan.network import STDAN

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def network() -> STDAN:
    torch.manual_seed(0)
    small = STDAN(4, features=8, channels=24, groups=2, stages=(1, 1)).eval()
    for name, values in small.named_parameters():
        if "conv_offset" in name:  # zero at first
            torch.nn.init.normal_(values, std=0.1)
    return small


@pytest.fixture(scope="module")
def clip() -> Tensor:
    return torch.rand(5, 3, 8, 11, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("down", [0, 1])
@pytest.mark.parametrize("right", [0, -1])
def test_places_are_moved_by_whole_pixels_and_masked(down: int, right: int) -> None:
    features = torch.rand(2, 4, 6, 7)
    offsets = torch.tensor([down, right]).repeat(2 * 9).float()
    predicted = torch.cat([offsets, torch.zeros(2 * 9)]).view(1, -1, 1, 1).expand(2, -1, 6, 7)
    padded = functional.pad(features, [2, 2, 2, 2])[
        :, :, 1 + down : 9 + down, 1 + right : 10 + right
    ]
    expected = functional.unfold(padded, 3).view(2, 4, 9, 6, 7) / 2  # a mask of 0 is one half
    assert torch.allclose(deformed_places(features, predicted), expected, atol=1e-6)


def test_a_long_clip_is_cut_into_windows_of_four_frames(network: STDAN, clip: Tensor) -> None:
    with torch.no_grad():
        whole, first, last = network(clip), network(clip[:4]), network(clip[1:])
    assert whole.shape == (9, 3, 32, 44)
    assert torch.equal(whole[:7], first)
    assert torch.equal(whole[7:], last[5:])
