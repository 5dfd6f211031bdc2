"""Shared blocks, on features whose answer can be worked out by hand."""

import math

import pytest
import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import (
    ContrastAttention,
    FeatureDistillation,
    SpatialAttention,
    add_numbered,
    chain,
    pixel_shuffle,
)


class Plus(nn.Module):
    """A layer that adds a number."""

    def __init__(self, number: float) -> None:
        super().__init__()
        self.number = number

    def forward(self, x: Tensor) -> Tensor:
        return x + self.number


def fill(conv: nn.Module, weight: float, bias: float) -> None:
    """Let a convolution return weight times its centre pixel, channel by channel, plus bias."""
    assert isinstance(conv, nn.Conv2d)
    nn.init.zeros_(conv.weight)
    nn.init.constant_(conv.bias, bias)  # type: ignore[arg-type]
    centre = conv.kernel_size[0] // 2
    with torch.no_grad():
        for channel in range(min(conv.weight.shape[:2])):
            conv.weight[channel, channel, centre, centre] = weight


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_contrast_attention_looks_at_mean_plus_population_deviation() -> None:
    attention = ContrastAttention(1, reduction=1)
    fill(attention.conv_du[0], 1, 0)
    fill(attention.conv_du[2], 1, 0)
    x = torch.tensor([[[[1.0, 3.0]]]])  # mean 2, deviation 1 (with N, not N-1)
    torch.testing.assert_close(attention(x), x * sigmoid(3.0))


@pytest.mark.parametrize("layers", [["conv3"], ["conv_max", "conv3", "conv3_"]])
def test_spatial_attention_adds_the_look_around_to_the_narrow_copy(layers: list[str]) -> None:
    attention = SpatialAttention(1, 1, layers=layers)
    for module in attention.modules():
        if isinstance(module, nn.Conv2d):
            fill(module, 1, 0)
    x = torch.full((1, 1, 15, 20), 0.7)  # every step keeps 0.7, and both branches are added
    torch.testing.assert_close(attention(x), x * sigmoid(1.4))


def test_spatial_attention_activates_between_its_layers_but_not_after_the_last() -> None:
    attention = SpatialAttention(1, 1, layers=["first", "last"])
    for module in attention.modules():
        if isinstance(module, nn.Conv2d):
            fill(module, 1, 0)
    fill(attention.get_submodule("last"), 1, -5)
    x = torch.full((1, 1, 15, 15), -2.0)  # the first is cut off at 0, the last returns -5
    torch.testing.assert_close(attention(x), x * sigmoid(-5 - 2))


def test_spatial_attention_needs_fifteen_pixels() -> None:
    attention = SpatialAttention(4, 2)
    assert attention(torch.rand(1, 4, 15, 15)).shape == (1, 4, 15, 15)
    with pytest.raises(RuntimeError):
        attention(torch.rand(1, 4, 14, 20))


def test_feature_distillation_keeps_each_step_before_it_is_refined() -> None:
    attention = SpatialAttention(2, 1)
    fill(attention.conv4, 0, 0)  # weighs everything by a half
    block = FeatureDistillation(2, activation=nn.ReLU(), attention=attention)
    for name in ("c1_d", "c2_d", "c3_d", "c4", "c1_r", "c2_r", "c3_r"):
        fill(block.get_submodule(name), 1, 0)
    assert isinstance(block.c5, nn.Conv2d)
    fill(block.c5, 0, 0)
    with torch.no_grad():
        # The first channel sums the four kept ones, the second tells them apart by place.
        block.c5.weight[0, :, 0, 0] = 1
        block.c5.weight[1, :, 0, 0] = torch.tensor([1000.0, 100.0, 10.0, 1.0])
    x = torch.ones(1, 2, 15, 15)  # refined to 2, 4, 8: each step doubles
    y = block(x)
    torch.testing.assert_close(y[0, :, 7, 7], torch.tensor([15.0, 1248.0]) / 2)


def test_numbered_blocks_are_chained_in_order() -> None:
    owner = nn.Module()
    names = add_numbered(owner, "B", [Plus(1), Plus(10)])
    assert names == ("B1", "B2")
    assert dict(owner.named_children()).keys() == {"B1", "B2"}
    assert [x.item() for x in chain(owner, names, torch.zeros(1))] == [1, 11]


def test_pixel_shuffle_lays_channels_out_row_by_row() -> None:
    tail = pixel_shuffle(1, 2, channels=1)
    fill(tail[0], 0, 0)
    tail[0].load_state_dict({**tail[0].state_dict(), "bias": torch.arange(4.0)})
    assert tail(torch.zeros(1, 1, 1, 1))[0, 0].tolist() == [[0, 1], [2, 3]]
