"""DRUNet, SCUNet and FBCNN: U-Nets for noise and for the artefacts of JPEG."""

import numpy as np
import pytest
import torch

from iqabench.models.core.catalogue import card_of
from iqabench.models.core.checkpoint import StateDictionary
from iqabench.models.core.families import FamilyMatch
from iqabench.models.drunet.network import DRUNet
from iqabench.models.fbcnn.network import FBCNN
from iqabench.models.layers.sum_unet import repeat_edges
from iqabench.models.layers.windows import WindowAttention, cut, join
from iqabench.models.scunet.network import SCUNet, WindowView

WIDTHS = (4, 8, 8)


@pytest.mark.parametrize("size", [(8, 16), (9, 16), (5, 7), (1, 1)])
def test_edges_are_repeated_below_and_on_the_right(size: tuple[int, int]) -> None:
    image = torch.rand(1, 2, *size)
    below, right = -size[0] % 8, -size[1] % 8
    expected = np.pad(image, ((0, 0), (0, 0), (0, below), (0, right)), "edge")
    assert np.array_equal(repeat_edges(image, 8), expected)


def test_drunet_is_told_one_level_for_noise_and_for_jpeg() -> None:
    """A standard deviation of 25.5 of 255 and a quality of 90 of 100 are both the level 0.1."""
    networks = [
        DRUNet(sigma=25.5, widths=WIDTHS, blocks=1),
        DRUNet(quality=90, widths=WIDTHS, blocks=1),
        DRUNet(sigma=50, widths=WIDTHS, blocks=1),
    ]
    for network in networks[1:]:
        network.load_state_dict(networks[0].state_dict())
    image = torch.rand(2, 3, 9, 13)
    with torch.inference_mode():
        same, as_jpeg, other = (network(image) for network in networks)
    assert same.shape == image.shape
    assert torch.allclose(same, as_jpeg, atol=1e-6)
    assert (same - other).abs().max() > 1e-3


@pytest.mark.parametrize("level", [None, 15])
def test_drunet_is_told_either_noise_or_quality(level: float | None) -> None:
    with pytest.raises(ValueError, match="expected either sigma"):
        DRUNet(sigma=level, quality=level)


@pytest.mark.parametrize("start", ["drunet_color", "drunet_gray"])
def test_one_file_of_drunet_serves_all_levels(start: str) -> None:
    members = [card_of(f"{start}_{level}") for level in (15, 25, 50)]
    assert [card.arguments["sigma"] for card in members] == [15, 25, 50]
    assert len({card.weights.file for card in members if card.weights}) == 1


def test_fbcnn_restores_by_its_estimate_unless_it_is_told_a_quality() -> None:
    torch.manual_seed(0)
    network = FBCNN(channels=1, hidden=8, widths=WIDTHS, blocks=1).eval()
    image = torch.rand(1, 1, 11, 6)
    with torch.inference_mode():
        blind = network(image)
        estimate = float(network.estimated_quality(image))
        assert 0 < estimate < 100
        assert blind.shape == image.shape
        assert torch.allclose(blind, network(image, quality=estimate), atol=1e-6)
        assert (blind - network(image, quality=estimate / 2)).abs().max() > 1e-5


def test_a_shifted_window_ends_at_the_border_of_the_image() -> None:
    """A token sees those of its own window only: rows 0 to 3, 4 to 11 and 12 to 15 of 16, columns alike."""
    torch.manual_seed(0)
    view = WindowView(32, shifted=True).eval()
    tokens = torch.rand(1, 16, 16, 32)
    number = (torch.arange(16) + 4) // 8
    for row, column in ((0, 0), (5, 14), (12, 4)):
        changed = tokens.clone()
        changed[0, row, column] += 1
        with torch.inference_mode():
            sees = (view(changed) - view(tokens))[0].abs().amax(2) > 0
        assert torch.equal(sees, (number == number[row])[:, None] & (number == number[column]))


def test_an_unshifted_window_is_that_of_swin() -> None:
    torch.manual_seed(0)
    view, swin = WindowView(64, shifted=False), WindowAttention(64, 8, heads=2)
    swin.qkv.load_state_dict(view.embedding_layer.state_dict())
    swin.proj.load_state_dict(view.linear.state_dict())
    torch.nn.init.normal_(view.relative_position_params)
    swin.relative_position_bias_table.data = view.relative_position_params.detach().flatten(1).T
    tokens = torch.rand(2, 8, 24, 64)
    with torch.inference_mode():
        expected = join(swin(cut(tokens, 8), None), 8, 8, 24)
        assert torch.allclose(view(tokens), expected, atol=1e-5)


def test_scunet_takes_any_size() -> None:
    network = SCUNet(channels=1, blocks=2, levels=1).eval()
    with torch.inference_mode():
        assert network(torch.rand(1, 1, 19, 33)).shape == (1, 1, 19, 33)


@pytest.mark.parametrize(
    ("name", "is_told_more"),
    [
        ("drunet_color_25", True),
        ("fbcnn_gray", True),
        ("scunet_gray_15", False),
        ("retinexformer_lol_v1", False),
    ],
)
def test_a_family_knows_what_a_network_is_told_besides_an_image(
    name: str, is_told_more: bool
) -> None:
    """Then a file that is named by its path is run by the family, not by the library that knows it, too."""
    match = FamilyMatch(card_of(name), torch.nn.Identity(), StateDictionary({}), name)
    assert match.is_told_more == is_told_more
