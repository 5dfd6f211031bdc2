"""Networks made narrower until a target is met."""

import copy
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from iqabench.compress.cost_target import CostTarget, Gauge
from iqabench.compress.importance import Batch
from iqabench.compress.narrowing import NarrowNetwork, PruningGoal, narrow_network, widths_of
from iqabench.compress.selection import Selection
from iqabench.compress.snapshot import read_snapshot, write_snapshot
from iqabench.errors import CompressError
from iqabench.models.core.card import Card
from iqabench.models.core.model import NetworkModel
from iqabench.probes import Size

from .networks import Two, small

torch.set_num_threads(1)
IMAGE = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(1))
SIZE = Size(3, 24, 24)


def gauge(network: nn.Module) -> Gauge:
    card = Card(id="small", family="small", title="small", scale=4)
    return Gauge(NetworkModel(card, copy.deepcopy(network), "none"), SIZE)


def batches(network: nn.Module) -> list[Batch]:
    with torch.no_grad():
        side = network(IMAGE).shape[-1]
    draw = torch.Generator().manual_seed(2)
    return [(IMAGE, torch.rand(1, 3, side, side, generator=draw)) for _ in range(2)]


def reduced(network: nn.Module, goal: PruningGoal, told: list[str] | None = None) -> NarrowNetwork:
    tell = told.append if told is not None else lambda _: None
    return narrow_network(network, IMAGE, goal, gauge(network), batches(network), tell)


@pytest.mark.parametrize("name", ["pocket", "edsr", "rlfn", "rfdn"])
@pytest.mark.parametrize("uniform", [True, False])
def test_half_the_macs_within_one_step(name: str, uniform: bool) -> None:
    network = small(name)
    rule = Selection(uniform=uniform)
    told: list[str] = []
    found = reduced(network, PruningGoal(target=CostTarget("macs", 0.5), selection=rule), told)
    with torch.no_grad():
        assert found.network(IMAGE).shape == network(IMAGE).shape
    share = gauge(network).share(found.network, "macs")
    assert share <= 0.5
    above = [float(line.split(": ")[1].split("x")[0]) for line in told]
    least = min(cost for cost in above if cost > 0.5)
    assert least - share < 0.2  # a network of 8 channels moves in large steps
    assert f"{share:.3f}" in {f"{cost:.3f}" for cost in above}


def test_parameters_are_met_too() -> None:
    network = small("edsr")
    found = reduced(network, PruningGoal(target=CostTarget("params", 0.4)))
    count = sum(p.numel() for p in found.network.parameters())
    assert 0.3 < count / sum(p.numel() for p in network.parameters()) <= 0.4


@pytest.mark.parametrize("kind", ["l1", "taylor", "fisher"])
def test_a_ratio_in_rounds_comes_to_the_same_widths(kind: str) -> None:
    network = small("pocket")
    rule = Selection(uniform=True)
    at_once = reduced(network, PruningGoal(ratio=0.5, importance=kind, selection=rule))  # type: ignore[arg-type]
    in_two = reduced(network, PruningGoal(ratio=0.5, importance=kind, selection=rule, rounds=2))  # type: ignore[arg-type]
    assert at_once.widths["head"] == in_two.widths["head"] == (8, 4)
    assert at_once.widths["tail"] == (48, 48)
    assert widths_of(in_two.network)["body.0"] == 4


def test_widths_are_rounded_in_the_last_round_alone() -> None:
    network = small("edsr")
    told: list[str] = []
    goal = PruningGoal(
        target=CostTarget("macs", 0.5), selection=Selection(uniform=True, round_to=4), rounds=4
    )
    found = reduced(network, goal, told)
    assert found.widths["head.0"] == (8, 4)
    assert found.widths["tail.0.0"] == (32, 16)
    assert len(told) > 4  # the first rounds found something between 8 and 4


def test_the_least_important_go() -> None:
    network = Two(8)
    with torch.no_grad():
        for weight in (network.a.weight, network.b.weight):
            weight.fill_(1.0)
        network.a.weight[[1, 4, 6]] = 0.01
    found = reduced(network, PruningGoal(ratio=0.4, selection=Selection(uniform=True)))
    assert found.network.get_parameter("a.weight").flatten(1).tolist() == [[1.0] * 3] * 5


def test_latency_is_walked_down_until_it_is_low_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Latency that falls in steps of four channels, as on a processor that computes four at a time."""

    def share(self: Gauge, network: nn.Module, cost: str) -> float:
        assert cost == "latency"
        return -(-widths_of(network)["head"] // 4) / 2

    monkeypatch.setattr(Gauge, "share", share)
    network, told = small("pocket"), list[str]()
    goal = PruningGoal(target=CostTarget("latency", 0.7), selection=Selection(uniform=True))
    found = reduced(network, goal, told)
    assert found.widths["head"] == (8, 4)
    assert [line.split(": ")[1] for line in told] == ["1.000x the latency"] * 3 + [
        "0.500x the latency"
    ]


def test_a_target_out_of_reach_says_how_far_it_came() -> None:
    network = small("pocket")
    with pytest.raises(
        CompressError, match=r"0.01x the MACs cannot be reached.*lowest cost was 0\.\d\d\dx"
    ):
        reduced(network, PruningGoal(target=CostTarget("macs", 0.01)))
    with pytest.raises(CompressError, match="the image's own channels: tail"):
        reduced(network, PruningGoal(target=CostTarget("macs", 0.01)))


def test_a_ratio_that_would_remove_a_layer_is_refused() -> None:
    with pytest.raises(CompressError, match=r"would remove the whole layer .* \(8 channels\)"):
        reduced(small("pocket"), PruningGoal(ratio=0.97, selection=Selection(uniform=True)))


def test_a_network_without_channels_to_lose_says_why() -> None:
    with pytest.raises(CompressError, match=r"no channel of this network can be removed.*image"):
        reduced(
            nn.Sequential(nn.Conv2d(3, 48, 3, padding=1), nn.PixelShuffle(4)),
            PruningGoal(ratio=0.5),
        )


class Counting(nn.Module):
    """Code that counts channels where the graph does not see it."""

    def __init__(self, breaks: bool) -> None:
        super().__init__()
        self.a = nn.Conv2d(3, 8, 1)
        self.b = nn.Conv2d(8, 3, 1)
        self.breaks = breaks

    def forward(self, x: Tensor) -> Tensor:
        h: Tensor = self.a(x)
        if h.shape[1] != 8 and self.breaks:
            raise RuntimeError("eight, please")
        y: Tensor = self.b(h)
        return y if h.shape[1] == 8 else y[:, :, 1:]


def test_a_result_that_does_not_run_or_changes_shape_is_refused() -> None:
    with pytest.raises(CompressError, match="does not run: eight, please"):
        reduced(Counting(breaks=True), PruningGoal(ratio=0.5))
    with pytest.raises(CompressError, match=r"output from \(1, 3, 24, 24\) to \(1, 3, 23, 24\)"):
        reduced(Counting(breaks=False), PruningGoal(ratio=0.5))


def test_what_was_begun_is_gone_on_with_only_by_the_same_rule(tmp_path: Path) -> None:
    network = small("edsr")
    found = reduced(network, PruningGoal(ratio=0.5))
    file = tmp_path / "deep" / "pruned.safetensors"
    write_snapshot(file, found, {"ratio": 0.5})
    again = read_snapshot(file, {"ratio": 0.5}, small("edsr"))
    assert again is not None
    assert (again.widths, again.kept) == (found.widths, found.kept)
    with torch.no_grad():
        assert torch.equal(again.network.eval()(IMAGE), found.network.eval()(IMAGE))
    assert read_snapshot(file, {"ratio": 0.4}, small("edsr")) is None
    with pytest.raises(CompressError, match="cannot be read"):
        read_snapshot(file, {"ratio": 0.5}, small("rfdn"))
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(CompressError, match="cannot be read"):
        read_snapshot(file, {"ratio": 0.5}, small("edsr"))
