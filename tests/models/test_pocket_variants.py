"""The embedded model's distilled and collapsed variants: the figures of their cards are measured again."""

import pytest
import torch
from torch import nn

from iqabench.compress.figures import figures_of, mean_quality
from iqabench.models.core.card import Variant
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import load_model

torch.set_num_threads(1)
MADE = ("pocket@collapsed", "pocket@distilled")


def variant_of(name: str) -> Variant:
    variant = card_of(name).variant
    assert variant is not None
    return variant


@pytest.mark.parametrize("name", MADE)
def test_the_figures_are_measured_again(name: str) -> None:
    figures = variant_of(name).figures
    again = {"before": figures_of("pocket"), "after": figures_of(name)}
    for when, found in again.items():
        for column, value in found.items():
            assert value == pytest.approx(
                figures[when][column], abs=2e-3 if "psnr" in column else 0
            )


@pytest.mark.parametrize("name", MADE)
def test_the_card_says_how_it_was_made(name: str) -> None:
    made = variant_of(name).made
    assert made["command"].startswith("iqabench compress ")
    assert made["photographs"]["number"] == 54
    assert {"seed", "steps", "versions"} <= made.keys()


def test_the_collapsed_one_is_the_plain_network() -> None:
    parent, collapsed = load_model("pocket").module, load_model("pocket@collapsed").module
    assert isinstance(parent, nn.Module)
    assert isinstance(collapsed, nn.Module)
    shapes = [{k: v.shape for k, v in m.state_dict().items()} for m in (parent, collapsed)]
    assert shapes[0] == shapes[1]
    assert variant_of("pocket@collapsed").made["difference"] <= 1e-5


def test_the_distilled_one_is_smaller_and_was_taught_by_what_ships() -> None:
    card = card_of("pocket@distilled")
    made = variant_of("pocket@distilled").made
    assert card.params == 12108
    assert made["teacher"] == {"model": "pocket_x4", "sha256": load_model("pocket").hash}


ALONE_DB = 29.9808
"""Quality on set5 x4 of the distilled variant's network, seed and steps with --loss none."""
PARENT_DB = 30.8972


@pytest.mark.parametrize(
    ("name", "least"), [("pocket@distilled", ALONE_DB), ("pocket@collapsed", PARENT_DB)]
)
@pytest.mark.usefixtures("mirror")
def test_set5_is_as_the_cards_say_and_above_what_it_must_beat(name: str, least: float) -> None:
    found = mean_quality(name, "set5", "psnr@sr-y", 4)
    assert found > least
    assert found == pytest.approx(variant_of(name).figures["after"]["psnr@sr-y on set5"], abs=2e-3)
