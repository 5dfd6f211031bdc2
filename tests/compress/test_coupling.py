"""Coupled channels, and that removing them equals not reading them."""

import copy

import pytest
import torch
from torch import Tensor, nn
from torch_pruning.pruner import function

from iqabench.compress.coupling import CoupledSet, Couplings
from iqabench.compress.pixel_shuffle import map_pixel_shuffles
from iqabench.errors import CompressError
from iqabench.models.layers.residual import DIV2K_MEAN, MeanShift

from .networks import (
    Gated,
    ImageIn,
    Residual,
    Shuffled,
    Two,
    Unshuffled,
    small,
)

torch.set_num_threads(1)
IMAGE = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(1))
READS = (function.prune_conv_in_channels,)


def members(network: nn.Module, coupled: CoupledSet) -> dict[tuple[str, str], dict[int, int]]:
    """Return channels and their units, by layer and side."""
    names = {module: name for name, module in network.named_modules()}
    return {
        (names[item.dep.target.module], item.dep.handler.__name__): dict(
            zip(item.idxs, item.root_idxs, strict=True)
        )
        for item in coupled.group
        if item.dep.target.module in names
    }


@pytest.mark.parametrize("factor", [2, 3])
def test_before_a_pixel_shuffle_groups_of_r_r_channels_are_whole(factor: int) -> None:
    network = Shuffled(5, factor)
    (coupled,) = Couplings(network, IMAGE).sets
    assert (coupled.units, coupled.layers) == (5, ("before",))
    found = members(network, coupled)
    assert found["behind", "prune_in_channels"] == {c: c for c in range(5)}
    wide = 5 * factor**2
    assert found["before", "prune_out_channels"] == {c: c // factor**2 for c in range(wide)}


def test_behind_a_pixel_unshuffle_too() -> None:
    network = Unshuffled(5)
    (coupled,) = Couplings(network, IMAGE).sets
    found = members(network, coupled)
    assert found["before", "prune_out_channels"] == {c: c for c in range(5)}
    assert found["behind", "prune_in_channels"] == {c: c // 4 for c in range(20)}


def test_without_the_mapping_the_library_takes_a_shuffle_for_keeping_channels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the mapping nothing breaks, but no channel before a shuffle can be removed.

    When the library has such a mapping, ours can be deleted.
    """
    monkeypatch.setattr("iqabench.compress.coupling.map_pixel_shuffles", lambda graph: 0)
    couplings = Couplings(Shuffled(5), IMAGE)
    assert not couplings.sets
    assert couplings.kept["before"] == "one channel is combined with many"


def test_a_split_right_before_a_shuffle_is_refused() -> None:
    class Halves(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Conv2d(3, 16, 1)
            self.b = nn.Conv2d(2, 3, 1)

        def forward(self, x: Tensor) -> Tensor:
            one, two = torch.split(self.a(x), [8, 8], dim=1)
            y: Tensor = self.b(nn.functional.pixel_shuffle(one, 2)) + two.mean()
            return y

    with pytest.raises(CompressError, match="right before a pixel shuffle"):
        Couplings(Halves(), IMAGE)


def unread(network: nn.Module, chosen: list[tuple[CoupledSet, list[int]]]) -> nn.Module:
    """Return a copy in which every layer that reads a removed channel multiplies it by zero."""
    names = {module: name for name, module in network.named_modules()}
    made = copy.deepcopy(network)
    for coupled, units in chosen:
        for item in coupled.group:
            if item.dep.handler in READS:
                layer = made.get_submodule(names[item.dep.target.module])
                gone = [c for c, u in zip(item.idxs, item.root_idxs, strict=True) if u in units]
                with torch.no_grad():
                    layer.weight[:, gone] = 0  # type: ignore[operator]
    return made


@pytest.mark.parametrize(
    "name", ["pocket", "edsr", "rlfn", "rfdn", "imdn", "shuffled", "unshuffled", "mixed"]
)
def test_taking_channels_out_is_the_same_as_reading_them_times_nothing(name: str) -> None:
    network = small(name)
    couplings = Couplings(network, IMAGE)
    draw = torch.Generator().manual_seed(0)
    chosen = [
        (s, torch.randperm(s.units, generator=draw)[: s.units // 2].tolist())
        for s in couplings.sets
    ]
    expected = unread(network, chosen)
    before = sum(p.numel() for p in network.parameters())
    couplings.remove(chosen)
    with torch.no_grad():
        found, wanted = network(IMAGE), expected(IMAGE)
    assert found.shape == wanted.shape
    assert (found - wanted).abs().max() <= 1e-5 * wanted.abs().max()
    assert sum(p.numel() for p in network.parameters()) < 0.85 * before


def test_two_linear_layers_by_hand() -> None:
    network = Two(4)
    a = torch.tensor([[1.0, 2, 3], [4, 5, 6], [7, 8, 9], [1, 0, 1]])
    b = torch.tensor([[1.0, 2, 3, 4], [0, 1, 0, 1], [2, 0, 2, 0]])
    with torch.no_grad():
        network.a.weight.copy_(a[:, :, None, None])
        network.b.weight.copy_(b[:, :, None, None])
    couplings = Couplings(network, IMAGE)
    couplings.remove([(couplings.sets[0], [1, 3])])
    assert network.a.weight.flatten(1).tolist() == [[1, 2, 3], [7, 8, 9]]
    assert network.b.weight.flatten(1).tolist() == [[1, 3], [0, 0], [2, 2]]
    x = torch.tensor([1.0, 10, 100]).view(1, 3, 1, 1)
    # a x = (321, 987); b of that = (321 + 3 987, 0, 2 321 + 2 987)
    assert network(x).flatten().tolist() == [3282, 0, 2616]


def test_what_is_added_to_one_sum_goes_together() -> None:
    network = Residual(4)
    (coupled,) = Couplings(network, IMAGE).sets
    assert set(coupled.layers) == {"a", "c"}
    assert set(members(network, coupled)) == {
        ("a", "prune_out_channels"),
        ("c", "prune_out_channels"),
        ("c", "prune_in_channels"),
        ("b", "prune_in_channels"),
    }


def test_what_must_stay_stays_and_says_why() -> None:
    image = "no more channels than the image has"
    assert Couplings(ImageIn(), IMAGE).kept == {
        "colour_out": "the image's own channels",
        "tail": "the image's own channels",
        "colour_in": image,
    }
    assert [s.name for s in Couplings(ImageIn(), IMAGE).sets] == ["head"]
    assert Couplings(small("pocket"), IMAGE).kept == {"tail": "the image's own channels"}
    kept = Couplings(small("imdn"), IMAGE).kept
    assert kept["IMDB1.c1"] == "its channels are split by numbers in the code"
    assert "LR_conv" not in kept
    gated = Couplings(Gated(), IMAGE)
    assert not gated.sets
    assert gated.kept["head"] == "one channel is combined with many"


def test_fixed_layers_and_groups_stay() -> None:
    network = nn.Sequential(
        MeanShift(DIV2K_MEAN, -1),
        nn.Conv2d(3, 8, 1),
        nn.Conv2d(8, 8, 3, padding=1, groups=4),
        nn.Conv2d(8, 6, 1),
        nn.Conv2d(6, 3, 1),
        MeanShift(DIV2K_MEAN, 1),
    )
    couplings = Couplings(network, IMAGE)
    assert [(s.name, s.units) for s in couplings.sets] == [("3", 6)]
    assert couplings.kept == {
        "0": "a fixed layer",
        "5": "a fixed layer",
        "4": "a fixed layer",
        "1": "a grouped convolution",
        "2": "a grouped convolution",
    }


def test_a_network_that_cannot_be_traced_says_so() -> None:
    class Stubborn(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            raise ValueError("not today")

    with pytest.raises(CompressError, match=r"cannot be traced.*ValueError: not today"):
        Couplings(Stubborn(), IMAGE)


def test_tracing_leaves_the_network_as_it_was() -> None:
    network = small("mixed").train()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    Couplings(network, IMAGE)
    assert network.training
    after = network.state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before)


def test_a_graph_is_taught_once() -> None:
    graph = Couplings(small("edsr"), IMAGE).graph
    with pytest.raises(CompressError, match="right before a pixel shuffle"):
        map_pixel_shuffles(graph)  # the edges are taken
