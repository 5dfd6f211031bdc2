"""One network for several scales: its scale is told at each call, and a scale that it lacks is refused."""

import pytest
import torch

from iqabench.errors import ModelError
from iqabench.models.core.catalogue import card_of, cards
from iqabench.models.core.load import random_model
from iqabench.models.core.model import NetworkModel
from iqabench.models.core.network import build
from iqabench.run.model_cache import model_identity
from iqabench.run.plan import plan

FAMILIES = ("mdsr", "mdsr_baseline", "carn_m")


@pytest.mark.parametrize("name", FAMILIES)
def test_all_scales_have_one_count_and_one_file(name: str) -> None:
    members = cards().by_id[name]
    assert [card.scale for card in members] == [2, 3, 4]
    assert {card.scales for card in members} == {(2, 3, 4)}
    assert len({card.params for card in members}) == 1
    assert len({card.weights.file for card in members if card.weights}) == 1


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_one_network_enlarges_by_the_scale_of_the_call(scale: int) -> None:
    with torch.device("meta"):
        network = build(card_of("mdsr_baseline_x2"))
        assert network(torch.empty(1, 3, 8, 9), scale=scale).shape[2:] == (8 * scale, 9 * scale)


def test_the_models_of_all_scales_share_one_network() -> None:
    double = random_model(card_of("carn_m_x2"))
    assert isinstance(double, NetworkModel)
    triple = double.at(card_of("carn_m_x3"))
    assert triple.module is double.module
    image = torch.full((1, 3, 4, 5), 100.0)
    with torch.inference_mode():
        sizes = [tuple(model.forward(image).shape[2:]) for model in (double, triple, double)]
    assert sizes == [(8, 10), (12, 15), (8, 10)]
    with triple.bare() as call, torch.inference_mode():
        assert call(image).shape[2:] == (12, 15)


def test_the_cells_of_all_scales_have_one_model() -> None:
    cells = [plan(["carn_m"], ["demo"], ["psnr"], scale)[0] for scale in (2, 4)]
    assert {model_identity(cell) for cell in cells} == {"carn_m"}


@pytest.mark.parametrize("name", FAMILIES)
def test_a_scale_that_the_network_lacks_is_refused_with_those_it_has(name: str) -> None:
    with pytest.raises(ModelError, match=r"has x2, x3, x4, not x8\. Choose one of its scales"):
        card_of(name, 8)
    with torch.device("meta"):
        network = build(card_of(f"{name}_x2"))
        with pytest.raises(
            ModelError, match=r"one network for x2, x3, x4, and has no layers for x8"
        ):
            network(torch.empty(1, 3, 8, 8), scale=8)
