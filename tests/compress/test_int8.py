"""Convolutions converted to 8 bits by torchao, in our own layers."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from iqabench.compress import int8
from iqabench.compress.export import export_network
from iqabench.compress.int8 import Conversion, ConvertedNetwork, to_int8
from iqabench.errors import CompressError
from iqabench.models.layers.int8 import Int8Conv2d
from iqabench.models.pocket.network import Pocket

from .networks import Two, small

torch.set_num_threads(1)
IMAGES = [
    torch.rand(1, 3, 16, 20, generator=torch.Generator().manual_seed(seed)) for seed in range(3)
]


def rows(found: ConvertedNetwork) -> dict[str, Conversion]:
    return {row.layer: row for row in found.layers}


def integers(network: nn.Module) -> list[str]:
    return [name for name, layer in network.named_modules() if isinstance(layer, Int8Conv2d)]


def test_weights_are_rounded_by_channel_and_inputs_over_their_range() -> None:
    """The scale by hand is the largest weight of a channel over 127.5, half of 255 steps."""
    torch.manual_seed(0)
    network = Two(4)
    images = [torch.linspace(0, 2, 192).view(1, 3, 8, 8)]
    found = to_int8(network, images, {})
    layer = found.network.get_submodule("a")
    assert isinstance(layer, Int8Conv2d)
    weight = network.a.weight.detach()
    scale = weight.abs().amax((1, 2, 3)) / 127.5
    assert layer.weight_scale.numpy() == pytest.approx(scale.numpy(), rel=1e-5)
    rounding = layer.weight_int8 - weight / layer.weight_scale[:, None, None, None]
    assert rounding.abs().max() < 0.5001
    assert int(layer.input_zero_point) == 0
    assert float(layer.input_scale) == pytest.approx(
        2 / 255, rel=0.05
    )  # the histogram may cut its ends


def test_our_layers_compute_what_torchaos_graph_does() -> None:
    for name in ("pocket", "rlfn", "rfdn", "edsr"):
        network = small(name)
        fixed = {"sub_mean": "fixed", "add_mean": "fixed"} if name == "edsr" else {}
        found = to_int8(network, IMAGES, fixed)
        assert found.difference < 1e-6, name
        with torch.no_grad():
            expected, made = network(IMAGES[0]), found.network(IMAGES[0])
        assert made.shape == expected.shape
        assert 0 < (made - expected).abs().max() < 0.1 * expected.abs().max()


def test_what_is_left_stays_as_it_was_and_says_why() -> None:
    network = small("pocket")
    found = to_int8(network, IMAGES, {"head": "skipped"})
    assert integers(found.network) == ["body.0", "body.1", "body.2", "tail"]
    assert torch.equal(
        found.network.get_parameter("head.weight"), network.get_parameter("head.weight")
    )
    told = rows(found)
    assert (told["head"].weights, told["head"].why) == ("fp32", "skipped")
    assert (told["tail"].operator, told["tail"].why) == ("Conv2d", "")


class Awkward(nn.Module):
    """Layers that stay: each for a reason of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.normed = nn.Conv2d(8, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.twice = nn.Conv2d(8, 8, 3, padding=1)
        self.mirrored = nn.Conv2d(8, 8, 3, padding=1, padding_mode="reflect")
        self.same = nn.Conv2d(8, 8, 3, padding="same")
        self.line = nn.Linear(8, 8)
        self.up = nn.ConvTranspose2d(8, 8, 2, stride=2)
        self.scaled = nn.Conv2d(8, 3, 1)
        self.unused = nn.Conv2d(8, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.normed(self.first(x).relu()))
        x = self.same(self.mirrored(self.twice(self.twice(x))))
        x = self.up(self.line(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2))
        y: Tensor = nn.functional.conv2d(x, self.scaled.weight * 2, self.scaled.bias)
        return y


def test_every_layer_that_cannot_be_converted_is_listed() -> None:
    torch.manual_seed(0)
    network = Awkward().eval()
    with torch.no_grad():
        network.norm.running_mean.copy_(torch.rand(8))  # type: ignore[union-attr]
    found = to_int8(network, IMAGES, {})
    assert integers(found.network) == ["first"]
    reasons = {name: row.why for name, row in rows(found).items() if row.why}
    changed = "its weights are changed before they are used, or not used"
    assert reasons == {
        "normed": "a batch norm follows it",
        "twice": "it runs 2 times, on values of several ranges",
        "mirrored": "it pads by reflect, (1, 1)",
        "same": "it pads by zeros, same",
        "line": "only two-dimensional convolutions are converted, not Linear",
        "up": "only two-dimensional convolutions are converted, not ConvTranspose2d",
        "scaled": changed,
        "unused": changed,
    }
    assert found.difference < 1e-5


def test_grouped_depthwise_strided_and_dilated_convolutions_too() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 8, 3, padding=2, groups=8, dilation=2),
        nn.Conv2d(8, 12, 1, groups=4, bias=False),
        nn.Sigmoid(),
        nn.Conv2d(12, 3, 3),
    ).eval()
    found = to_int8(network, IMAGES, {})
    assert integers(found.network) == ["0", "2", "3", "5"]
    assert found.difference < 1e-6
    with torch.no_grad():
        error = (found.network(IMAGES[1]) - network(IMAGES[1])).abs().max()
    assert error < 0.05


def test_nothing_to_convert_is_an_error() -> None:
    with pytest.raises(CompressError, match="can be converted: 0: only two"):
        to_int8(nn.Sequential(nn.ConvTranspose2d(3, 3, 4, stride=4)), IMAGES, {})
    with pytest.raises(CompressError, match="no convolution"):
        to_int8(Two(4), IMAGES, {"a": "skipped", "b": "skipped"})


def test_a_network_that_torch_cannot_export_says_so() -> None:
    class Deciding(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x if float(x.sum()) > 3 else -x

    with pytest.raises(CompressError, match="torch cannot export the network"):
        export_network(Deciding(), IMAGES[0])


def test_layers_that_compute_otherwise_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = int8._read_state

    def misread(*given: object) -> dict[str, Tensor]:
        state = honest(*given)  # type: ignore[arg-type]
        return {**state, "body.1.input_scale": state["body.1.input_scale"] * 1.01}

    monkeypatch.setattr(int8, "_read_state", misread)
    with pytest.raises(CompressError, match="differ from torchao's graph by"):
        to_int8(small("pocket"), IMAGES, {})


def test_calibration_decides_the_range(monkeypatch: pytest.MonkeyPatch) -> None:
    def scale(images: Sequence[Tensor]) -> float:
        return float(to_int8(Pocket(4, 4, 1), images, {}).network.get_buffer("head.input_scale"))

    dark = scale([image / 4 for image in IMAGES])
    assert dark == pytest.approx(np.float32(scale(IMAGES)) / 4, rel=0.05)
