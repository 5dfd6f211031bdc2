"""Networks for rain, blur and the noise of cameras: published names, odd sizes, files of siblings."""

import hashlib
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, layer_norm, pad

from iqabench.images import Image
from iqabench.models.core import siblings
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.checkpoint import StateDictionary
from iqabench.models.core.load import random_model
from iqabench.models.core.network import build, network_class
from iqabench.models.core.restore import restore
from iqabench.models.core.shapes import shapes_of_network
from iqabench.models.layers.channel_norm import ChannelNorm
from iqabench.models.layers.local_mean import LocalMean
from iqabench.models.layers.shapes import Shapes
from iqabench.models.uformer.network import Uformer

from .valueless import without_values

torch.set_num_threads(1)

PUBLISHED = {
    "restormer_derain": "cc31086504afbc6c",
    "restormer_real_denoise": "22df586522a087d4",
    "restormer_defocus_dual": "370aa9d5fdb0a26c",
    "restormer_gray_25": "ccc73da16cf145a1",
    "nafnet_gopro": "547c6406ec26bd63",
    "nafnet_gopro_32": "67d353bc56df7954",
    "nafnet_sidd": "e311aae9e167200f",
    "nafnet_sidd_32": "e416aa7a76fd3ab4",
    "mprnet_derain": "9c3b83476236bfa5",
    "mprnet_deblur": "0e5c8eede5ce81ee",
    "mprnet_real_denoise": "d721dbfa8e22b902",
    "mimo_unet": "bb20f9664222deab",
    "mimo_unet_plus": "704464ddade7a63b",
    "uformer_deblur": "ffd80c26787c31f1",
}
"""The first digits of the SHA-256 of all names and shapes in a state of the authors' code."""

SMALL: dict[str, dict[str, Any]] = {
    "restormer_derain": {"features": 8, "blocks": [1, 2, 1, 1], "refining": 1},
    "restormer_defocus_dual": {"features": 8, "blocks": [1, 1, 1, 1], "refining": 1},
    "restormer_gray_25": {"features": 8, "blocks": [1, 1, 1, 1], "refining": 1},
    "nafnet_gopro": {"features": 4, "encoders": [1, 2], "middle": 1, "decoders": [1, 1]},
    "nafnet_gopro_local": {"features": 4, "encoders": [1, 2], "decoders": [1, 1], "window": 8},
    "mprnet_derain": {"features": 8, "growth": 4, "extra": 4, "blocks": 1},
    "mimo_unet": {"features": 16, "blocks": 1},
    "uformer_deblur": {"features": 16, "depths": [1, 1, 1, 1, 2, 1, 1, 1, 2], "side": 2},
}
"""Arguments of a small network of each kind."""


def small_card(name: str, **arguments: Any) -> Card:
    card = card_of(name)
    return card.model_copy(update={"arguments": {**card.arguments, **SMALL[name], **arguments}})


def shapes_of_card(card: Card) -> Shapes:
    with without_values():
        return shapes_of_network(card)


def noise(channels: int, height: int, width: int) -> Image:
    rng = np.random.default_rng(5)
    return rng.integers(0, 256, (height, width, channels)).astype(np.uint8)


def digits(shapes: Shapes) -> str:
    lines = "\n".join(f"{name} {shape}" for name, shape in sorted(shapes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", PUBLISHED)
def test_names_and_shapes_are_the_published_ones(name: str) -> None:
    assert digits(shapes_of_card(card_of(name))) == PUBLISHED[name]


@pytest.mark.parametrize("name", SMALL)
def test_shapes_tell_the_arguments(name: str) -> None:
    """No shape tells over which windows NAFNet averages, nor the heads and windows of Uformer."""
    card = small_card(name)
    told = network_class(card).arguments_of(shapes_of_card(card))  # type: ignore[attr-defined]
    expected = {k: v for k, v in card.arguments.items() if k not in ("window", "side")}
    assert {k: told[k] for k in expected} == expected
    again = card.model_copy(update={"arguments": {**card.arguments, **told}})
    assert shapes_of_card(again) == shapes_of_card(card)


@pytest.mark.parametrize("name", [name for name in SMALL if card_of(name).is_plain])
@pytest.mark.parametrize("size", [(23, 37), (5, 3)], ids=str)
def test_odd_sizes_are_restored(name: str, size: tuple[int, int]) -> None:
    card = small_card(name)
    model = random_model(card)
    image = noise(card.planes, *size)
    output = restore(model, image).image
    assert output.shape == image.shape
    assert np.isfinite(output).all()


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("restormer_derain", "restormer_gray_25"),
        ("restormer_real_denoise", "restormer_derain"),
        ("nafnet_gopro", "nafnet_sidd"),
        ("mprnet_derain", "mprnet_deblur"),
        ("mimo_unet", "mimo_unet_plus"),
    ],
)
def test_a_file_of_a_sibling_is_named(
    wanted: str, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = {name: card_of(name) for name in (wanted, given)}
    monkeypatch.setattr(siblings, "cards", lambda: pair)
    shapes = shapes_of_card(pair[given])
    shapes_of_card(pair[wanted])  # it is built without values here, and remembered
    file = {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}
    note = siblings.sibling_note(pair[wanted], [StateDictionary(file)])
    assert f"names and shapes of {given}." in note
    assert f"iqabench fetch {wanted} --from FOLDER" in note


@pytest.mark.parametrize("size", [(11, 9), (7, 20), (6, 30), (12, 6)], ids=str)
def test_a_local_mean_is_that_of_its_window(size: tuple[int, int]) -> None:
    x = torch.rand(2, 3, *size, dtype=torch.float64)
    found = LocalMean(6)(x)
    rows, columns = min(6, size[0]), min(6, size[1])
    boxes = avg_pool2d(x, (rows, columns), stride=1)
    before = ((columns - 1) // 2, columns // 2, (rows - 1) // 2, rows // 2)
    assert torch.allclose(found, pad(boxes, before, "replicate"), atol=1e-12)


def test_a_local_mean_of_a_small_image_is_global() -> None:
    x = torch.rand(1, 2, 6, 5)
    assert torch.equal(LocalMean(6)(x), x.mean((2, 3), keepdim=True))
    assert LocalMean()(x.repeat(1, 1, 9, 9)).shape == (1, 2, 1, 1)


def test_local_statistics_change_only_what_is_larger_than_their_window() -> None:
    """Attention with local means gives on one window what the plain network gives, and else other pixels."""
    local = random_model(small_card("nafnet_gopro_local"))
    plain = random_model(small_card("nafnet_gopro"))
    for model in (local, plain):
        assert model.module is not None
        for name, parameter in model.module.named_parameters():
            if name.endswith(("beta", "gamma")):  # which begin at 0
                torch.nn.init.ones_(parameter)
    within, beyond = noise(3, 8, 8), noise(3, 8, 16)
    assert np.array_equal(restore(local, within).image, restore(plain, within).image)
    assert np.abs(restore(local, beyond).image - restore(plain, beyond).image).max() > 1e-3


def test_a_channel_norm_is_a_layer_norm() -> None:
    x = torch.rand(2, 5, 4, 3, dtype=torch.float64)
    norm = ChannelNorm(5, smallest=1e-3).double()
    torch.nn.init.normal_(norm.weight)
    expected = layer_norm(x.movedim(1, 3), (5,), norm.weight, norm.bias, eps=1e-3).movedim(3, 1)
    assert torch.allclose(norm(x), expected)


def test_a_norm_without_bias_keeps_the_mean() -> None:
    x = torch.rand(2, 5, 4, 3, dtype=torch.float64)
    norm = ChannelNorm(5, smallest=0, centred=False).double()
    assert norm.bias is None
    assert torch.allclose(norm(x), x / x.std(1, correction=0, keepdim=True))


def test_an_image_stands_in_the_middle_of_a_black_square() -> None:
    torch.manual_seed(1)
    network = Uformer(**SMALL["uformer_deblur"]).eval()
    image = torch.rand(1, 3, 20, 33)
    square: Tensor = torch.zeros(1, 3, 64, 64)
    square[:, :, 22:42, 15:48] = image
    with torch.inference_mode():
        assert torch.allclose(network(image), network(square)[:, :, 22:42, 15:48])


def test_two_views_make_one_image() -> None:
    network = random_model(small_card("restormer_defocus_dual")).module
    assert network is not None
    left, right = torch.rand(2, 1, 3, 19, 27)
    with torch.inference_mode():
        image = network(left, right)
        assert image.shape == left.shape
        assert not torch.allclose(network(right, left), image)


def test_restormer_costs_what_is_published() -> None:
    """140.99 G of convolutions alone at 256x256: the authors name a counter that sees nothing else."""
    counts: list[int] = []

    def note(layer: nn.Module, _: object, output: Tensor) -> None:
        assert isinstance(layer, nn.Conv2d)
        counts.append(layer.weight.numel() * output[0, 0].numel())

    with without_values():
        network = build(card_of("restormer_derain")).to_empty(device="cpu")
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(note)
    with torch.inference_mode():
        network(torch.zeros(1, 3, 16, 16))
    assert sum(counts) * 16**2 == 140_990_496_768
