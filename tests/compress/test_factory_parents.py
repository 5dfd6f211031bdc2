"""Variants of networks of a factory: with a smallest size, and with a layer that is used twice."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from iqabench.compress.collapse import CollapseRequest, fold_model
from iqabench.compress.narrowing import PruningGoal
from iqabench.compress.prune import PruningRequest, prune
from iqabench.compress.quantize import QuantisationRequest, quantise
from iqabench.compress.variant_folder import runs_own_code
from iqabench.errors import ModelError
from iqabench.models.core.catalogue import card_at
from iqabench.models.core.convention import CallingConvention
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore

NETWORKS = """
import torch
from torch import nn
from torch.nn import functional as F


class Attended(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b = nn.Conv2d(3, 16, 3, padding=1), nn.Conv2d(16, 12, 3, padding=1)
        self.narrow, self.wide = nn.Conv2d(16, 8, 3, stride=2), nn.Conv2d(8, 16, 1)

    def forward(self, x):
        f = F.relu(self.a(x))
        w = F.interpolate(F.max_pool2d(self.narrow(f), 7, 3), size=x.shape[2:], mode="bilinear")
        return F.pixel_shuffle(self.b(f * torch.sigmoid(self.wide(w))), 2)


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.a, self.norm = nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16)
        self.b = nn.Conv2d(16, 16, 3, padding=1)
        self.b2 = self.b
        self.tail = nn.Conv2d(16, 12, 3, padding=1)

    def forward(self, x):
        f = F.relu(self.norm(self.a(x)))
        return F.pixel_shuffle(self.tail(F.relu(self.b2(F.relu(self.b(f))))), 2)


def attended(): return Attended()
def shared(): return Shared().eval()
"""

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 24, 3), dtype=np.uint8)
GOAL = PruningGoal(ratio=0.3)


@pytest.fixture
def networks(in_tmp: Path) -> Iterator[str]:
    torch.set_num_threads(1)
    (in_tmp / "nets_to_compress.py").write_text(NETWORKS)
    yield "nets_to_compress"
    sys.modules.pop("nets_to_compress", None)


def test_a_network_with_a_smallest_size_is_pruned(networks: str) -> None:
    order = PruningRequest(
        parent=f"{networks}:attended", goal=GOAL, convention=CallingConvention(range=255)
    )
    assert prune(order, Path("mine")).changed
    model = load_model("mine", trust=True)
    assert (model.card.range, runs_own_code(card_at(Path("mine")))) == (255, True)
    assert restore(model, IMAGE).image.shape == (40, 48, 3)


@pytest.mark.parametrize("way", ["prune", "fp16", "collapse"])
def test_a_layer_that_is_used_twice_is_kept_once_by_each_name(networks: str, way: str) -> None:
    name = f"{networks}:shared"
    if way == "prune":
        prune(PruningRequest(parent=name, goal=GOAL), Path("mine"))
    elif way == "fp16":
        quantise(QuantisationRequest(parent=name, to="fp16"), Path("mine"))
    else:
        fold_model(CollapseRequest(parent=load_model(name), parent_name=name, folder=Path("mine")))
    output = restore(load_model("mine", trust=True), IMAGE).image
    assert output.shape == (40, 48, 3)
    if way != "prune":
        assert np.allclose(output, restore(load_model(name), IMAGE).image, atol=0.1)


def test_a_card_with_another_number_of_parameters_is_refused(networks: str) -> None:
    quantise(QuantisationRequest(parent=f"{networks}:shared", to="fp16"), Path("mine"))
    path = Path("mine", "card.yaml")
    card = yaml.safe_load(path.read_text())
    card["members"][0]["params"] += 1
    path.write_text(yaml.safe_dump(card))
    with pytest.raises(ModelError, match=r"says params: \d+, and its network has \d+ trainable"):
        load_model("mine", trust=True)
