"""The loop: seeded, resumed exactly, refusing what does not fit, safe when something goes wrong."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from iqabench.errors import CompressError, UsageError
from iqabench.training.loop import Training
from iqabench.training.losses import MeanAbsolute
from iqabench.training.patches import Patches
from iqabench.training.photographs import photographs
from iqabench.training.plan import Plan
from iqabench.training.unit_range import UnitRangeNetwork

torch.set_num_threads(1)
PLAN = Plan(steps=6, batch=2, save_every=2, warm_up=1, coarse=0.5)


class Tiny(nn.Module):
    """Two convolutions with dropout between them: a network that draws."""

    def __init__(self, features: int = 4) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, features, 3, padding=1)
        self.drop = nn.Dropout(0.5)
        self.last = nn.Conv2d(features, 12, 1)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.pixel_shuffle(self.last(self.drop(self.first(x).relu())), 2)


class Learning(nn.Module):
    """A loss with a parameter of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(()))

    def forward(self, module: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
        return l1_loss(module(inputs).float() * self.gain, targets)


def tiny(features: int = 4) -> Tiny:
    torch.manual_seed(1)
    return Tiny(features)


@pytest.fixture
def patches(photos: Path, tmp_path: Path) -> tuple[Patches, Patches]:
    return photographs(photos).patches(tmp_path / "cut", scale=2, side=16, per_copy=4)


def test_a_stopped_training_ends_as_one_that_was_not(
    patches: tuple[Patches, Patches], tmp_path: Path
) -> None:
    straight, loss = tiny(), Learning()
    Training(straight, loss, PLAN, tmp_path / "a").run(*patches)
    first = Training(tiny(), Learning(), PLAN, tmp_path / "b")
    for _ in range(3):
        first.advance(patches[0])
    first.save()
    first.advance(patches[0])  # lost
    stopped, again = tiny(), Learning()
    second = Training(stopped, again, PLAN, tmp_path / "b")
    assert second.step == 3
    second.run(*patches)
    for one, other in ((straight, stopped), (loss, again)):
        for key, value in one.state_dict().items():
            assert torch.equal(value, other.state_dict()[key]), key
    assert loss.gain != 1
    assert not straight.training


def test_seeds_make_a_difference(patches: tuple[Patches, Patches], tmp_path: Path) -> None:
    ends = []
    for at, seed in enumerate((0, 0, 1)):
        network = tiny()
        plan = Plan(steps=2, batch=2, seed=seed, warm_up=1)
        Training(network, MeanAbsolute(), plan, tmp_path / str(at)).run(*patches)
        ends.append(network.first.weight)
    assert torch.equal(ends[0], ends[1])
    assert not torch.equal(ends[0], ends[2])


def test_the_callers_random_numbers_are_left_alone(
    patches: tuple[Patches, Patches], tmp_path: Path
) -> None:
    training = Training(tiny(), MeanAbsolute(), PLAN, tmp_path / "w")
    torch.manual_seed(9)
    expected = torch.rand(3)
    torch.manual_seed(9)
    training.advance(patches[0])
    assert torch.equal(torch.rand(3), expected)


def test_a_checkpoint_of_something_else_is_refused(
    patches: tuple[Patches, Patches], tmp_path: Path
) -> None:
    Training(tiny(), MeanAbsolute(), PLAN, tmp_path, facts={"loss": "plain"}).run(*patches)
    other = Plan(steps=7, batch=2, rate=0.01, warm_up=1, coarse=0.5)
    with pytest.raises(UsageError, match=r"steps 6 \(now 7\), rate 0\.001 \(now 0\.01\)"):
        Training(tiny(), MeanAbsolute(), other, tmp_path, facts={"loss": "plain"})
    with pytest.raises(UsageError, match=r"loss plain \(now output\)"):
        Training(tiny(), MeanAbsolute(), PLAN, tmp_path, facts={"loss": "output"})
    with pytest.raises(CompressError, match=r"first\.weight \(4, 3, 3, 3\) \(now \(5, 3, 3, 3\)\)"):
        Training(tiny(5), MeanAbsolute(), PLAN, tmp_path, facts={"loss": "plain"})
    often = Plan(steps=6, batch=2, save_every=1, warm_up=1, coarse=0.5)
    assert Training(tiny(), MeanAbsolute(), often, tmp_path, facts={"loss": "plain"}).step == 6


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"PK\x03\x04 half")
    with pytest.raises(CompressError, match=r"checkpoint\.pt is not a checkpoint"):
        Training(tiny(), MeanAbsolute(), PLAN, tmp_path)


class Failing(MeanAbsolute):
    """A loss that raises `what`, or is not a number, at a step."""

    def __init__(self, at: int, what: object) -> None:
        self.calls, self.at, self.what = 0, at, what

    def __call__(self, module: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
        self.calls += 1
        if self.calls == self.at:
            if isinstance(self.what, BaseException):
                raise self.what
            return super().__call__(module, inputs, targets) * float("nan")
        return super().__call__(module, inputs, targets)


@pytest.mark.parametrize("what", [KeyboardInterrupt(), "nan"])
def test_the_last_checkpoint_outlives_what_goes_wrong(
    what: object, patches: tuple[Patches, Patches], tmp_path: Path
) -> None:
    straight = tiny()
    Training(straight, MeanAbsolute(), PLAN, tmp_path / "a").run(*patches)
    training = Training(tiny(), Failing(4, what), PLAN, tmp_path / "b")
    with pytest.raises((KeyboardInterrupt, CompressError)) as caught:
        training.run(*patches)
    if what == "nan":
        assert "diverged at step 3: the loss is nan" in str(caught.value)
        assert "earlier step and good" in str(caught.value)
    network = tiny()
    again = Training(network, MeanAbsolute(), PLAN, tmp_path / "b")
    assert again.step == 2
    again.run(*patches)
    assert torch.equal(straight.first.weight, network.first.weight)


def test_weights_that_are_no_numbers_are_never_kept(
    patches: tuple[Patches, Patches], tmp_path: Path
) -> None:
    training = Training(tiny(), MeanAbsolute(), PLAN, tmp_path)
    training.advance(patches[0])
    training.save()
    kept = training.checkpoint.read_bytes()
    with torch.no_grad():
        training.module.get_parameter("last.bias").fill_(float("inf"))
    with pytest.raises(CompressError, match=r"last\.bias is no longer finite"):
        training.save()
    assert training.checkpoint.read_bytes() == kept


def test_a_frozen_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CompressError, match="nothing to learn"):
        Training(tiny().requires_grad_(False), MeanAbsolute(), PLAN, tmp_path)


def test_a_line_is_told_at_every_checkpoint(
    patches: tuple[Patches, Patches], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = []
    Training(tiny(), MeanAbsolute(), PLAN, tmp_path).run(*patches, after=lambda: after.append(1))
    said = capsys.readouterr()
    assert not said.out
    assert [line.split(",")[0] for line in said.err.splitlines()] == [
        "step 2/6",
        "step 4/6",
        "step 6/6",
    ]
    assert all("loss 0." in line and " dB, " in line for line in said.err.splitlines())
    assert len(after) == 3


@pytest.mark.parametrize(
    "wrong", [{"steps": 0}, {"batch": 0}, {"rate": 0.0}, {"rate": float("nan")}, {"coarse": 1.5}]
)
def test_impossible_plans_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="expected"):
        Plan(**wrong)  # type: ignore[arg-type]


def test_the_rate_rises_and_falls() -> None:
    plan = Plan(steps=1000, rate=0.1, warm_up=10)
    assert plan.rate_at(0) == pytest.approx(0.01)
    assert plan.rate_at(500) == pytest.approx(0.05)
    assert plan.rate_at(1000) == pytest.approx(0, abs=1e-9)
    assert (plan.is_coarse(899), plan.is_coarse(900)) == (True, False)


def test_a_network_of_the_other_range_is_told_in_units() -> None:
    x = torch.rand(1, 3, 4, 4)
    assert torch.allclose(UnitRangeNetwork(nn.Identity(), 255)(x), x)
    offset = UnitRangeNetwork(nn.Sequential(nn.Hardtanh(0, 51)), 255)
    assert offset(torch.ones(1, 3, 2, 2)).max() == pytest.approx(0.2)
    flat = torch.full((1, 3, 4, 4), 0.25)
    loss = MeanAbsolute()(UnitRangeNetwork(nn.Identity(), 255), flat, flat + 0.5)
    assert loss.item() == pytest.approx(0.5)
