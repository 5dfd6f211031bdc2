"""SESR: the form that is trained and the form that runs are the same function."""

import pytest
import torch
from torch import nn

from iqabench.models.fold.fold import fold
from iqabench.models.sesr.network import SESR

# Published counts at x2 (table 1 of the paper): the kernels only, without the slopes of the activations.
PUBLISHED = {(16, 3): 8912, (16, 5): 13520, (16, 7): 18128, (16, 11): 27344, (32, 11): 105376}


def kernels(network: nn.Module) -> int:
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    return sum(layer.weight.numel() for layer in layers)


@pytest.mark.parametrize(("features", "layers"), PUBLISHED)
def test_the_collapsed_form_has_the_published_count(features: int, layers: int) -> None:
    with torch.device("meta"):
        assert kernels(SESR(2, features, layers)) == PUBLISHED[features, layers]


@pytest.mark.parametrize("scale", [2, 4])
def test_the_wide_form_collapses_to_the_narrow_one(scale: int) -> None:
    torch.manual_seed(scale)
    wide = SESR(scale, features=16, layers=3, wide=256).eval()
    for activation in wide.activations:
        assert isinstance(activation, nn.PReLU)
        nn.init.uniform_(activation.weight, -0.5, 0.5)
    collapsed = fold(wide).network
    assert kernels(collapsed) == kernels(SESR(scale, features=16, layers=3))
    image = torch.rand(1, 1, 20, 17)
    with torch.inference_mode():
        difference = (wide(image) - collapsed(image)).abs().max()
    assert difference < 1e-4
