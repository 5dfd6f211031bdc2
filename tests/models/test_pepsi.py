"""PEPSI: attention takes from what is known, and the content of the hole is not looked at."""

import numpy as np
import pytest
import torch
from torch import nn

from iqabench.errors import ModelError
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.model import NetworkModel
from iqabench.models.core.restore_parts import restore_parts
from iqabench.models.pepsi.network import (
    PEPSI,
    ContextualAttention,
    RateAdaptiveConvolutions,
    ReflectedConvolution,
)

torch.set_num_threads(1)


@torch.inference_mode()
def test_attention_fills_a_hole_in_a_pattern_with_the_pattern() -> None:
    torch.manual_seed(0)
    attention = ContextualAttention(4)
    row = torch.randn(4, 1, 4)
    pattern = row.repeat(1, 16, 4)
    known = torch.ones(1, 1, 16, 16)
    known[..., 6:9, 7] = 0
    filled = attention._filled(pattern, pattern * known[0])
    inside = known[0, 0] == 0
    assert (filled - pattern)[:, inside].abs().max() < 0.35 * pattern.abs().max()
    assert pattern[:, inside].abs().max() > 0.5


@torch.inference_mode()
def test_nothing_depends_on_the_content_of_the_hole() -> None:
    torch.manual_seed(0)
    model = NetworkModel(card_of("pepsi"), PEPSI(), "none", random_weights=True)
    y, x = np.mgrid[0:136, 0:136]
    image = np.stack([x, y, x + y], axis=2).astype(np.uint8)
    mask = np.zeros((136, 136, 1), np.uint8)
    mask[40:80, 50:90] = 255
    black = np.where(mask > 0, np.uint8(0), image)
    full, empty = (
        restore_parts(model, {"input": each[None], "mask": mask[None]}).parts["output"]
        for each in (image, black)
    )
    assert np.array_equal(full, empty)
    with pytest.raises(ModelError, match=r"'pepsi' needs at least 136 pixels a side.*100x136"):
        restore_parts(model, {"input": image[None, :, :100], "mask": mask[None, :, :100]})


@torch.inference_mode()
def test_a_scaled_and_shifted_kernel_is_that_of_each_rate() -> None:
    torch.manual_seed(0)
    shared = RateAdaptiveConvolutions(4, (1, 2))
    for values in (shared.scale, shared.shift, shared.bias):
        values.normal_()
    plain = [ReflectedConvolution(4, 4, rate=rate) for rate in (1, 2)]
    for number, layer in enumerate(plain):
        layer.conv.weight.copy_(shared.scale[number] * shared.weight + shared.shift[number])
        layer.conv.bias = nn.Parameter(shared.bias[number])
    x = torch.randn(1, 4, 6, 7)
    assert torch.allclose(shared(x), plain[1](plain[0](x)), atol=1e-5)


def test_diet_pepsi_has_one_kernel_where_pepsi_has_four() -> None:
    sizes = []
    for diet in (False, True):
        with torch.device("meta"):
            sizes.append(sum(p.numel() for p in PEPSI(diet=diet).parameters()))
    channels = 256
    assert sizes[0] - sizes[1] == 3 * 9 * channels**2 - 4 * 2 * channels**2
