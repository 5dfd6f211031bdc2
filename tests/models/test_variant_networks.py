"""Networks of variants: foldings are exact, hand-worked answers, and what cards read from files."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from iqabench.errors import WeightsError
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import load_card
from iqabench.models.imdn.imdn_plus import NarrowingMultiDistillation
from iqabench.models.imdn.plain_imdn import PlainDistillation, PlainIMDN
from iqabench.models.layers.blocks import FeatureDistillation, SpatialAttention
from iqabench.models.span.network import SPAN, SPANF, MergedSPAN

torch.set_num_threads(1)

MARGIN = 20
"""Pixels of the input that 20 convolutions of 3x3 carry a difference at the border inwards."""


def fill(conv: nn.Module, weight: float = 0.0, bias: float = 0.0) -> None:
    """Let a convolution return weight times its centre pixel, channel by channel, plus bias."""
    assert isinstance(conv, nn.Conv2d)
    assert conv.bias is not None
    nn.init.zeros_(conv.weight)
    nn.init.constant_(conv.bias, bias)
    centre = conv.kernel_size[0] // 2
    with torch.no_grad():
        for channel in range(min(conv.out_channels, conv.in_channels)):
            conv.weight[channel, channel, centre, centre] = weight


def picture(side: int) -> Tensor:
    """Return soft waves of three colours in 0..1."""
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    planes = [0.5 + 0.3 * torch.sin(x / (3 + c)) * torch.cos(y / 5) for c in range(3)]
    return torch.stack(planes)[None].double()


def folded(first: nn.Conv2d, second: nn.Conv2d) -> tuple[Tensor, Tensor]:
    """Return the one kernel and bias of two 3x3 convolutions, from their outputs for single points."""
    points = torch.zeros(3, 3, 11, 11, dtype=torch.float64)
    points[range(3), range(3), 5, 5] = 1
    still = second(first(torch.zeros(1, 3, 11, 11, dtype=torch.float64)))
    answers = (second(first(points)) - still)[:, :, 3:8, 3:8]
    return answers.flip(2, 3).transpose(0, 1), still[0, :, 5, 5]


def fold(span: SPAN, features: int) -> MergedSPAN:
    """Fold the linear layers of a SPAN by hand."""
    merged = MergedSPAN(4, features).double()
    given = span.state_dict()
    state = {name: given[name] for name in merged.state_dict() if name in given}
    opening, block = span.conv_1.eval_conv, span.get_submodule("block_1.c1_r.eval_conv")
    assert isinstance(block, nn.Conv2d)
    state["conv_fused.weight"], state["conv_fused.bias"] = folded(opening, block)
    widths = [features, features, 2 * features]
    shallow, last, others = torch.split(given["conv_cat.weight"][:, :, 0, 0], widths, dim=1)
    state["conv_cat_other.weight"] = torch.cat([shallow, others], dim=1)[:, :, None, None]
    bias = last @ given["conv_2.eval_conv.bias"]
    state["conv_cat_other.bias"] = given["conv_cat.bias"] + bias
    kernels = given["conv_2.eval_conv.weight"]
    state["conv2_fused.weight"] = torch.einsum("om,mihw->oihw", last, kernels)
    merged.load_state_dict(state, strict=True)
    return merged


def inside(image: Tensor) -> Tensor:
    """Return the part of an output, four times as large as its input, that no border reaches."""
    return image[..., 4 * MARGIN : -4 * MARGIN, 4 * MARGIN : -4 * MARGIN]


def test_merged_span_is_span_away_from_the_border() -> None:
    torch.manual_seed(1)
    span = SPAN(4, 6).double()
    x = picture(2 * MARGIN + 8)
    with torch.inference_mode():
        whole, merged = span(x), fold(span, 6)(x)
    assert inside(whole).std() > 0.01
    assert (inside(whole) - inside(merged)).abs().max() < 1e-9
    assert (whole - merged).abs().max() > 1e-6, "the zeros at the border are padded elsewhere"


def test_steps_without_skips_are_steps_whose_kernels_hold_the_identity() -> None:
    torch.manual_seed(2)
    attention = SpatialAttention(8, 4)
    whole = FeatureDistillation(8, activation=nn.SiLU(), attention=attention)
    merged = FeatureDistillation(8, activation=nn.SiLU(), attention=attention, skips=False)
    merged.load_state_dict(whole.state_dict())
    x = torch.rand(1, 8, 20, 20)
    with torch.inference_mode():
        assert (whole(x) - merged(x)).abs().max() > 1e-3
        for step in (merged.c1_r, merged.c2_r, merged.c3_r):
            assert isinstance(step, nn.Conv2d)
            step.weight[range(8), range(8), 1, 1] += 1
        assert (whole(x) - merged(x)).abs().max() < 1e-6


def test_plain_distillation_by_hand() -> None:
    """One of four channels is kept and three go on; the kept ones are 2, then 3 x 2, then 5 x 6, then 30."""
    block = PlainDistillation(4)
    for layers, weight in ((block.conv1, 2.0), (block.conv2, 3.0), (block.conv3, 5.0)):
        assert isinstance(layers, nn.Sequential)
        fill(layers[0], weight)
    fill(block.conv4, 1.0)
    fill(block.conv1x1, 1.0)
    with torch.inference_mode():
        assert block(torch.ones(1, 4, 5, 5))[0, :, 2, 2].tolist() == [3.0, 7.0, 31.0, 31.0]


def test_narrowing_distillation_by_hand() -> None:
    """One channel is kept of six, five, four, three, two, one; what is left goes on, activated."""
    block = NarrowingMultiDistillation(6)
    for name in block.names:
        fill(block.get_submodule(name), 2.0)
    fill(block.c7, 1.0)
    expected, value = [], 1.0
    for _ in range(6):
        value = 2 * value / (1 + math.exp(-2 * value))
        expected.append(1 + value)
    with torch.inference_mode():
        refined = block(torch.ones(1, 6, 5, 5))[0, :, 2, 2]
    assert refined.tolist() == pytest.approx(expected)


def test_plain_imdn_that_learnt_nothing_repeats_pixels() -> None:
    network = PlainIMDN(4, features=4, blocks=2)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            fill(layer)
    head, upsampler = network.model[0], network.model[2]
    fill(head, 1.0)
    assert isinstance(upsampler, nn.Conv2d)
    x = torch.rand(1, 3, 6, 7)
    with torch.inference_mode():
        upsampler.weight[range(48), [c // 16 for c in range(48)], 1, 1] = 1
        enlarged = x.repeat_interleave(4, 2).repeat_interleave(4, 3)
        torch.testing.assert_close(network(x), enlarged, rtol=1e-6, atol=1e-6)


def test_span_f_with_a_silent_body_enlarges_the_filtered_image() -> None:
    network = SPANF(4, features=2, tail=48)
    for layer in (network.conv_cat, network.conv_2.eval_conv):
        fill(layer, 1.0)
    x = torch.rand(1, 3, 6, 7)
    with torch.inference_mode():
        nn.init.zeros_(network.conv_near.weight)
        network.conv_near.weight[:, 0, 1, 1] = 1
        enlarged = x.repeat_interleave(4, 2).repeat_interleave(4, 3)
        torch.testing.assert_close(network(x), enlarged, rtol=1e-6, atol=1e-6)


def published(name: str) -> nn.Module:
    """Load a registered network with its published weights, or skip the test without them."""
    try:
        module = load_card(card_of(name), progress=False).module
    except WeightsError as error:
        pytest.skip(f"the mirror lacks the weights of {name}: {str(error).splitlines()[0]}")
    assert module is not None
    return module


@pytest.mark.usefixtures("mirror")
def test_the_collapsed_span_is_its_parent_folded() -> None:
    parent, collapsed = published("span@dscf"), published("span@collapsed")
    assert isinstance(parent, SPAN)
    with torch.inference_mode():
        made = fold(parent.double(), 26).state_dict()
    for name, value in collapsed.state_dict().items():
        assert (made[name] - value).abs().max() < 1e-6, name


@pytest.mark.usefixtures("mirror")
def test_pds_has_the_blocks_of_span_f_bit_for_bit() -> None:
    parent, child = published("span@slim").state_dict(), published("span@pds").state_dict()
    blocks = [name for name in parent if name.startswith(("block", "conv_near"))]
    assert len(blocks) == 31
    assert all(torch.equal(parent[name], child[name]) for name in blocks)
    assert child["conv_cat.weight"].shape[0] == 20


@pytest.mark.usefixtures("mirror")
def test_the_pruned_imdn_has_the_first_seven_blocks_fine_tuned() -> None:
    parent, child = (published(n).state_dict() for n in ("imdn_ntire", "imdn_ntire@pruned"))
    name = "model.1.sub.{}.conv1.0.weight"
    likeness = np.array(
        [
            [
                np.corrcoef(child[name.format(i)].flatten(), parent[name.format(j)].flatten())[0, 1]
                for j in range(8)
            ]
            for i in range(7)
        ]
    )
    assert likeness.argmax(axis=1).tolist() == list(range(7))
    assert likeness.diagonal().min() > 0.6
    assert np.sort(likeness, axis=1)[:, -2].max() < 0.1
