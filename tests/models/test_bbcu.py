"""BBCU: its own counting, and weights of a sibling."""

import pytest
import torch
from torch import nn

from iqabench.errors import WeightsError
from iqabench.models.bbcu.network import BBCU, BinaryDnCNN
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.model import NetworkModel
from iqabench.models.core.network import build
from iqabench.models.core.weights import load_strictly
from iqabench.models.layers.binary import BinaryConv2d
from iqabench.probes import cost_column, sizes_of
from iqabench.run.profile import costs_of

torch.set_num_threads(1)
GREY, COLOUR = sizes_of(["1x9x16", "3x9x16"], [])
"""A four-hundredth of the 320x180 pixels at which the paper counts."""


@pytest.mark.parametrize(
    ("name", "scale", "params", "operations"),
    [
        ("bbcu_denoise", None, 3_456 + 663_552 / 32, 0.796),
        ("bbcu_jpeg", None, 1_152 + 19 * 64 + 1 + 663_552 / 32, 0.663),
        ("bbcu_l", 4, 335_875 + 1_179_648 / 32, 79.20),
        ("bbcu_m", 4, 3_523 + 1_511_424 / 32, 3.95),
        ("bbcu_l", 2, 225_027, 18.55),
        ("bbcu_m", 2, 46_147, 1.83),
    ],
)
def test_the_papers_own_counting(
    name: str, scale: int | None, params: float, operations: float
) -> None:
    card = card_of(name, scale)
    model = NetworkModel(card, build(card), "none")
    columns = [cost_column("params@bbcu"), cost_column("macs@bbcu")]
    costs = costs_of(model, columns, GREY if card.channels == "grey" else COLOUR, "cpu")
    assert costs["params@bbcu"] == params
    macs = costs["macs@bbcu"]
    assert macs is not None
    assert macs * 400 / 1e9 == pytest.approx(operations, abs=0.011)


def test_the_biases_that_the_paper_leaves_out() -> None:
    """Its 22 K of the network for JPEG have no biases of convolutions; the authors' network has them."""
    weights = sum(
        layer.weight.numel() / (32 if layer.in_channels == layer.out_channels else 1)
        for layer in build(card_of("bbcu_jpeg")).modules()
        if isinstance(layer, nn.Conv2d)
    )
    assert weights == 21_888


def test_signs_decide_and_the_input_is_added() -> None:
    """Weights of any size with the same signs and means give the same outputs."""
    torch.manual_seed(0)
    unit = BinaryConv2d(4, 4).eval()
    x = torch.randn(1, 4, 5, 5)
    with torch.no_grad():
        before = unit(x)
        weight = unit.binary_conv.weight
        weight.copy_(weight.abs().mean((1, 2, 3), keepdim=True) * weight.sign())
        assert torch.allclose(unit(x), before, atol=1e-6)
        weight.zero_()
        assert torch.equal(unit(x), x)


def test_weights_of_a_sibling() -> None:
    for other in (BBCU(4, 8, 1, binary_tail=True), BBCU(2, 8, 1)):
        with pytest.raises(WeightsError, match="another architecture than bbcu_l_x4"):
            load_strictly(BBCU(4, 8, 1), other.state_dict(), "bbcu_l_x4")


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("binary_tail", [True, False])
def test_arguments_follow_from_shapes(scale: int, binary_tail: bool) -> None:
    network = BBCU(scale, 8, 2, binary_tail=binary_tail)
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    expected = {"scale": scale, "features": 8, "blocks": 2, "binary_tail": binary_tail}
    assert BBCU.arguments_of(shapes) == expected
    assert network.eval()(torch.rand(1, 3, 6, 7)).shape == (1, 3, 6 * scale, 7 * scale)


@pytest.mark.parametrize("channels", [1, 3])
def test_arguments_of_the_denoiser_follow_from_shapes(channels: int) -> None:
    network = BinaryDnCNN(channels, 8, 4, bias=channels == 1)
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    expected = {"channels": channels, "features": 8, "layers": 4, "bias": channels == 1}
    assert BinaryDnCNN.arguments_of(shapes) == expected
    image = torch.rand(1, channels, 6, 7)
    with torch.no_grad():
        assert torch.allclose(network(image), image - network.model(image * 130) / 130, atol=1e-6)
