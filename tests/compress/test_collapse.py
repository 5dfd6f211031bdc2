"""Collapse: folded networks are models by their cards, and expanded ones fold back exactly."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from iqabench.compress import collapse as collapsing
from iqabench.compress.collapse import CollapseRequest, Expansion, fold_model, train_expanded
from iqabench.compress.expand import BLOCKS, collapse, expand
from iqabench.compress.output_difference import difference
from iqabench.compress.parent import network_of
from iqabench.compress.training_setup import TrainingSetup
from iqabench.errors import CompressError, UsageError
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore
from iqabench.models.edsr.network import EDSR
from iqabench.models.fold import FoldResult, fold
from iqabench.models.pocket.network import Pocket
from iqabench.models.rlfn.network import RLFN
from iqabench.training.plan import Plan

torch.set_num_threads(1)
IMAGE = np.random.default_rng(3).integers(0, 256, (14, 17, 3), dtype=np.uint8)

BRANCHED = """
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.square = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels))
        self.point = nn.Conv2d(channels, channels, 1)
        self.norm = nn.BatchNorm2d(channels)
    def forward(self, x):
        return (self.square(x) + self.point(x) + self.norm(x)).relu()

class Branched(nn.Module):
    def __init__(self, shake=True):
        super().__init__()
        self.wide = nn.Conv2d(3, 32, 3, padding=1)
        self.mix = nn.Conv2d(32, 6, 1)
        self.blocks = nn.Sequential(Block(6), Block(6))
        self.tail = nn.Conv2d(6, 12, 3, padding=1)
        torch.manual_seed(0)
        for layer in self.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.running_var.uniform_(0.5, 2)
                layer.running_mean.normal_()
    def forward(self, x):
        y = nn.functional.pixel_shuffle(self.tail(self.blocks(self.mix(self.wide(x)))), 2)
        return y + nn.functional.interpolate(x, scale_factor=2.0)
"""


@pytest.fixture
def branched(in_tmp: Path) -> str:
    (in_tmp / "branched_of_mine.py").write_text(BRANCHED)
    return "branched_of_mine:Branched"


def test_a_folded_network_is_a_model_by_its_card(branched: str, in_tmp: Path) -> None:
    parent = load_model(branched)
    folded = fold_model(CollapseRequest(parent=parent, parent_name=branched, folder=in_tmp / "f"))
    assert [one.rule for one in folded.folds].count("sum") == 4
    assert [one.rule for one in folded.folds].count("batch norm") == 2
    assert [one.rule for one in folded.folds].count("chain") == 1
    model = load_model(str(in_tmp / "f"))
    assert model.card.variant is not None
    assert model.card.variant.layout == "folded"
    assert model.card.variant.made["difference"] <= 1e-5
    assert model.module is not None
    assert sum(isinstance(m, nn.Conv2d) for m in model.module.modules()) == 4
    assert model.card.params == sum(p.numel() for p in model.module.parameters())
    assert model.card.params < (parent.card.params or 0)
    apart = restore(model, IMAGE).image.astype(float) - restore(parent, IMAGE).image
    assert np.abs(apart).max() < 1e-5 * 255


def test_what_changes_the_output_is_not_written(
    branched: str, in_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collapsing, "fold", wrongly)
    order = CollapseRequest(parent=load_model(branched), parent_name=branched, folder=in_tmp / "f")
    with pytest.raises(
        CompressError, match=r"changes its output by 1\.0e-0?3 of the range; expected 1e-05"
    ):
        fold_model(order)
    assert not (in_tmp / "f").exists()


def wrongly(network: nn.Module) -> FoldResult:
    """Fold the network, and change it by a thousandth."""
    folded = fold(network)
    with torch.no_grad():
        folded.network.get_parameter("tail.bias").add_(1e-3)
    return folded


def test_a_network_with_nothing_to_fold_is_refused(tmp_path: Path) -> None:
    order = CollapseRequest(
        parent=load_model("pocket"), parent_name="pocket", folder=tmp_path / "f"
    )
    with pytest.raises(CompressError, match="pocket has nothing to fold"):
        fold_model(order)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("network", [Pocket(4, 6, 2), EDSR(2, 1, 8), RLFN(4, 16, blocks=1)])
def test_expanding_and_collapsing_change_nothing(network: nn.Module, block: str) -> None:
    network.eval()
    x = torch.rand(1, 3, 20, 23)
    with torch.no_grad():
        before, names = network(x), list(network.state_dict())
        convolutions = expand(network, BLOCKS[block], 24)
        expanded = network(x)
        assert len(list(network.parameters())) > len(names)
        collapse(network)
        after = network(x)
    assert all(network.get_submodule(name).kernel_size == (3, 3) for name in convolutions)
    assert (expanded - before).abs().max() < 2e-6 * before.abs().max()
    torch.testing.assert_close(after, expanded, rtol=1e-5, atol=1e-5)
    assert list(network.state_dict()) == names


@pytest.mark.parametrize("block", BLOCKS)
def test_all_factors_learn(block: str) -> None:
    """A factor that begins where its partner cannot see it would never move."""
    network = Pocket(4, 6, 1)
    expand(network, BLOCKS[block], 24)
    network(torch.rand(1, 3, 8, 8)).square().mean().backward()
    kept = [n for n, p in network.named_parameters() if not p.requires_grad]
    assert sorted(kept) == ["body.0.plain.weight", "head.plain.weight", "tail.plain.weight"]
    for name, parameter in network.named_parameters():
        assert name in kept or (parameter.grad is not None and parameter.grad.abs().max() > 0), name


def test_sesr_begins_with_kernels_that_are_not_seen_yet() -> None:
    """The rank is higher than that of the plain kernel, so that the width has an effect."""
    network = Pocket(4, 6, 1)
    expand(network, BLOCKS["sesr"], 24)
    wide = network.get_parameter("body.0.wide")
    assert torch.linalg.matrix_rank(wide) == 24


def test_what_has_no_3x3_convolution_is_refused() -> None:
    with pytest.raises(CompressError, match="no 3x3 convolution"):
        expand(nn.Sequential(nn.Conv2d(3, 3, 1)), BLOCKS["sesr"], 8)


def test_trained_expanded_and_folded_back(photos: Path, tmp_path: Path) -> None:
    parent = load_model("pocket")
    plan = Plan(steps=2, batch=2, save_every=1, warm_up=1, rate=1e-3)
    expansion = Expansion("sesr", TrainingSetup(photos, tmp_path / "w", plan, 2, 20), width=24)
    order = CollapseRequest(parent=parent, parent_name="pocket", folder=tmp_path / "c", half=True)
    folder = train_expanded(order, expansion)
    model = load_model(str(folder))
    assert model.card.variant is not None
    assert model.card.variant.layout == "parent"
    assert model.card.variant.made["difference"] <= 1e-5
    assert model.card.params == 47544
    assert model.module is not None
    assert parent.module is not None
    old, new = parent.module.state_dict(), model.module.state_dict()
    assert old.keys() == new.keys()
    moved = max(float((old[key] - new[key]).abs().max()) for key in old)
    assert 1e-4 < moved < 0.1
    assert (folder / "weights.safetensors").stat().st_size < 100_000  # half precision
    other = Expansion("sesr", expansion.setup, 8)
    with pytest.raises(UsageError, match=r"width 24 \(now 8\)"):
        train_expanded(replace(order, folder=tmp_path / "d"), other)


def test_differences_are_shares_of_the_range() -> None:
    card = load_model("pocket").card
    network = network_of(load_model("pocket")).eval()
    shifted = network_of(load_model("pocket")).eval()
    with torch.no_grad():
        shifted.get_parameter("tail.bias").add_(5e-6)
    assert difference(network, shifted, card) == pytest.approx(5e-6, rel=0.1)
    loud = card.model_copy(update={"range": 255})
    assert difference(nn.Identity(), nn.Hardtanh(-1e9, 1e9), loud) == 0
    with torch.no_grad():
        shifted.get_parameter("tail.bias").add_(1e-5)
    with pytest.raises(CompressError, match="expected 1e-05 at most"):
        difference(network, shifted, card)
