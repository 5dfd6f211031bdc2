"""The check of a model's scale of values on a photograph, with networks that are right in one range only."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.errors import ModelError
from iqabench.models.core.card import Card, Variant
from iqabench.models.core.convention import CallingConvention
from iqabench.models.core.load import load_model
from iqabench.models.core.model import Model, NetworkModel
from iqabench.run.value_scale import check_value_scale

Change = Callable[[Tensor], Tensor]


@cache
def pocket() -> nn.Module:
    network = load_model("pocket", 4).module
    assert network is not None
    return network


class Network(nn.Module):
    """The embedded model between two changes of values; without them its values are in 0..1."""

    def __init__(self, before: Change, after: Change) -> None:
        super().__init__()
        self.network, self.before, self.after = pocket(), before, after

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge x."""
        y: Tensor = self.after(self.network(self.before(x)))
        return y


def same(x: Tensor) -> Tensor:
    return x


def model(before: Change = same, after: Change = same, **facts: object) -> Model:
    card = Card(id="mine", family="factory", title="mine", scale=4, loader="factory")
    return NetworkModel(card.model_copy(update=facts), Network(before, after), "")


def of_255(**facts: object) -> Model:
    return model(lambda x: x / 255, lambda y: y * 255, **facts)


def test_a_network_that_is_right_passes() -> None:
    check_value_scale(model(), declared=False)
    check_value_scale(of_255(range=255), declared=False)


def test_another_range_that_is_some_decibels_better_is_noted() -> None:
    # Its values are not too dark: only its biases are, so the output looks like an image.
    mine = of_255()
    check_value_scale(mine, declared=False)
    (note,) = mine.notes
    expected = r"25\.6 dB .*29\.1 dB in another range\. .*, try --range 255; --range 1 silences"
    assert re.search(expected, note)


def test_a_declared_range_is_doubted_only_when_the_output_is_no_image() -> None:
    mine = of_255()
    check_value_scale(mine, declared=True)
    on_card = of_255(range=1, folder=Path("mine"))
    check_value_scale(on_card, declared=False)
    assert mine.notes == on_card.notes == ()
    with pytest.raises(ModelError, match=r"gets values in 0\.\.255, .*; try --range 1\."):
        check_value_scale(model(lambda x: x.clamp(0, 1), range=255), declared=True)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            same,
            lambda y: y * 255,
            r"up to 2\d\d for an input in 0\.\.1, some 2\d\d times too bright",
        ),
        (
            same,
            lambda y: y / 255,
            r"up to 0\.00\d+ for an input in 0\.\.1, some 2\d\d times too dark",
        ),
        (lambda x: x / 255, same, r"times too dark; let it return values in the range"),
        (
            same,
            lambda y: 2 * y - 1,
            r"from -\S+ to \S+ for an input in 0\.\.1, as networks of -1\.\.1",
        ),
    ],
)
def test_an_output_in_another_range_is_refused(before: Change, after: Change, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        check_value_scale(model(before, after), declared=False)


def test_a_network_that_works_in_minus_1_to_1_is_noted() -> None:
    # It loses contrast when it gets no dark values, as it does when it is called in 0..1.
    mine = model(lambda x: (x + 1) / 2, lambda y: (2 * y - 1) * (1 if y.min() < 0.2 else 0.6))
    check_value_scale(mine, declared=False)
    assert "it seems to work in -1..1: let its factory return" in mine.notes[0]


@pytest.mark.parametrize(
    "after",
    [
        lambda y: y - 0.1,
        lambda y: y - 0.5,
        lambda y: (y - 1.5).clamp(0, 1),
        lambda y: 0 * y,
        lambda y: y / 5,
        lambda y: y * 3,
        lambda y: y - functional.avg_pool2d(y, 9, 1, 4),
        lambda y: y * torch.nan,
        lambda y: 1 - y,
    ],
    ids=["dark", "darker", "black", "dead", "a fifth", "thrice", "residual", "nan", "negative"],
)
@pytest.mark.parametrize("declared", [False, True])
def test_a_bad_network_is_scored(after: Change, declared: bool) -> None:
    check_value_scale(model(same, after), declared=declared)
    check_value_scale(
        model(lambda x: x / 255, lambda y: 255 * after(y), range=255), declared=declared
    )


def test_a_variant_is_not_tried() -> None:
    mine = of_255(variant=Variant(parent="pocket", method="pruned", recipe="by a test"))
    check_value_scale(mine, declared=False)
    assert mine.notes == ()


def test_random_numbers_are_those_that_would_be_drawn_without_it() -> None:
    noisy = model(lambda x: x + 0.1 * torch.rand_like(x))
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    check_value_scale(noisy, declared=False)
    assert torch.equal(torch.rand(1), expected)


def test_a_network_that_nobody_trained_passes() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 48, 3, padding=1), nn.PixelShuffle(4))
    card = Card(id="mine", family="factory", title="mine", scale=4, loader="factory")
    check_value_scale(NetworkModel(card, network, ""), declared=False)


class Even(nn.Module):
    """A network that takes only even sizes."""

    def forward(self, x: Tensor) -> Tensor:
        """Return x."""
        return functional.pixel_shuffle(functional.pixel_unshuffle(x, 2), 2)


def test_a_size_that_a_network_does_not_take_is_noted() -> None:
    card = Card(id="mine", family="factory", title="mine", task="restore", loader="factory")
    even = NetworkModel(card, Even(), "")
    check_value_scale(even, declared=False)
    assert "51x49" in even.notes[0]
    assert "--multiple 2" in even.notes[0]
    even.call_by(CallingConvention(multiple=2))
    even.notes = ()
    check_value_scale(even, declared=False)
    assert even.notes == ()
