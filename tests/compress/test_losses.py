"""Losses of distillation, against values computed by hand on networks of one pixel."""

import pytest
import torch
from torch import Tensor, nn

from iqabench.compress.losses import LOSSES, DistillationLoss, Facd, FitNet, Lsfd, Output
from iqabench.compress.losses.feature_taps import Tap, captured_features, last_features
from iqabench.errors import CompressError
from iqabench.models.edsr.network import EDSR
from iqabench.models.pocket.network import Pocket
from iqabench.models.rlfn.network import RLFN

torch.set_num_threads(1)


class Plain(nn.Module):
    """features = input * gain + shift; output = features * last: all 1x1, so that values are known."""

    def __init__(self, gain: float, last: float, shift: float = 0.0) -> None:
        super().__init__()
        self.first, self.tail = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1, bias=False)
        with torch.no_grad():
            nn.init.dirac_(self.first.weight).mul_(gain)
            nn.init.dirac_(self.tail.weight).mul_(last)
            assert self.first.bias is not None
            self.first.bias.fill_(shift)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.tail(self.first(x))
        return made


PAIR = [(Tap("first"), Tap("first"))]
INPUTS = torch.tensor([0.2, 0.4, 0.8]).view(3, 1, 1, 1).expand(3, 3, 2, 2).contiguous()
"""Three flat patches."""


def as_it_is(loss: DistillationLoss) -> DistillationLoss:
    """Make the regressors identities, so that features are compared unchanged."""
    for regressor in loss.regressors:
        assert isinstance(regressor, nn.Conv2d)
        assert regressor.bias is not None
        with torch.no_grad():
            nn.init.dirac_(regressor.weight)
            regressor.bias.zero_()
    return loss


def test_output_by_hand() -> None:
    """Student x, teacher 1.5 x, target 2 x; the mean input is 7 / 15."""
    student, teacher = Plain(1, 1), Plain(1.5, 1)
    loss = Output(student, teacher, weight=0.5)
    assert not loss.regressors
    mean = (0.2 + 0.4 + 0.8) / 3
    assert loss(student, INPUTS, 2 * INPUTS).item() == pytest.approx(mean + 0.5 * 0.5 * mean)


def test_fitnet_by_hand() -> None:
    """Features x and 1.5 x: the squared difference is a ninth of the teacher's square. Outputs are right."""
    student, teacher = Plain(1, 1), Plain(1.5, 1)
    loss = as_it_is(FitNet(student, teacher, PAIR, weight=0.3))
    assert loss(student, INPUTS, INPUTS).item() == pytest.approx(0.3 / 9)


def test_lsfd_by_hand() -> None:
    """Where outputs differ three times as much, features count three times as much."""
    student, teacher = Plain(1, 1), Plain(2, 1)
    loss = as_it_is(Lsfd(student, teacher, PAIR, weight=1.0))
    x = torch.full((1, 3, 1, 2), 0.1)
    x[..., 1] = 0.3
    # outputs apart by .1 and .3, of mean .2: weights .5 and 1.5; features apart by .1 and .3; teacher's .4
    expected = (0.5 * 0.1 + 1.5 * 0.3) / 2 / 0.4
    assert loss(student, x, x).item() == pytest.approx(expected)


def test_lsfd_pools_the_larger_output_over_each_place() -> None:
    class Doubled(Plain):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x).repeat_interleave(2, 2).repeat_interleave(2, 3)

    student, teacher = Doubled(1, 1), Doubled(2, 1)
    loss = as_it_is(Lsfd(student, teacher, PAIR, weight=1.0))
    x = torch.full((1, 3, 1, 2), 0.1)
    x[..., 1] = 0.3
    target = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert loss(student, x, target).item() == pytest.approx((0.5 * 0.1 + 1.5 * 0.3) / 2 / 0.4)


def test_facd_by_hand() -> None:
    """Features .2 .4 .8 against .3 .6 1.2: own distances .1 .2 .4; others (.4 + 1) / 2, (.1 + .8) / 2 and
    (.5 + .2) / 2. The teacher is right, so all three count.
    """
    student, teacher = Plain(1, 1), Plain(1.5, 1)
    loss = as_it_is(Facd(student, teacher, PAIR, weight=0.1))
    ratios = (0.1 / 0.7 + 0.2 / 0.45 + 0.4 / 0.35) / 3
    error = (0.1 + 0.2 + 0.4) / 3
    found = loss(student, INPUTS, 1.5 * INPUTS).item()
    assert found == pytest.approx(error + error + 0.1 * ratios)


def test_facd_counts_only_patches_on_which_the_teacher_is_better() -> None:
    student, teacher = Plain(1, 1), Plain(1.5, 1)
    loss = as_it_is(Facd(student, teacher, PAIR, weight=0.1))
    targets = INPUTS.clone()
    targets[2] *= 1.5  # the student is right on the other two
    found = loss(student, INPUTS, targets).item()
    assert found == pytest.approx(0.4 / 3 + 0.4 + 0.1 * 0.4 / 0.35)
    assert loss(student, INPUTS, INPUTS).item() == 0


def test_facd_needs_others_to_compare_with() -> None:
    student = Plain(1, 1)
    with pytest.raises(CompressError, match="--batch 2"):
        Facd(student, Plain(2, 1), PAIR)(student, INPUTS[:1], INPUTS[:1])


@pytest.mark.parametrize("name", LOSSES)
def test_the_student_learns_and_the_teacher_does_not(name: str) -> None:
    torch.manual_seed(0)
    student, teacher = Pocket(4, 6, 2), Pocket(4, 9, 3)
    loss = LOSSES[name](student, teacher)
    before = [p.clone() for p in teacher.parameters()]
    loss(student, torch.rand(2, 3, 8, 8), torch.rand(2, 3, 32, 32)).backward()
    assert all(p.grad is not None for p in student.parameters())
    assert all(p.grad is not None for p in loss.regressors.parameters())
    assert not any(p.grad is not None for p in teacher.parameters())
    assert all(torch.equal(a, b) for a, b in zip(before, teacher.parameters(), strict=True))
    assert not any("teacher" in key or "hidden" in key for key in loss.state_dict())


def test_the_teacher_is_exact_where_the_student_is_coarse() -> None:
    student, teacher = Pocket(4, 6, 2), Pocket(4, 9, 3)
    loss, x = Output(student, teacher), torch.rand(1, 3, 8, 8)
    with torch.autocast("cpu", torch.bfloat16):
        outputs = loss.run_both(student, x)
    assert torch.equal(outputs.teacher, teacher(x))
    assert not torch.equal(outputs.student, student(x))


@pytest.mark.parametrize(
    ("network", "layer"),
    [
        (Pocket(4, 6, 2), "tail"),
        (EDSR(4, 2, 8), "tail.0.0"),
        (RLFN(4, 16, blocks=1), "upsampler.0"),
    ],
    ids=["pocket", "edsr", "rlfn"],
)
def test_the_last_features_are_those_before_the_tail(network: nn.Module, layer: str) -> None:
    assert last_features(network, torch.rand(1, 3, 32, 32)) == Tap(layer, before=True)


def test_features_by_name_and_their_mistakes() -> None:
    student, teacher = Pocket(4, 6, 2), Pocket(4, 9, 3)
    with captured_features(student, [Tap("body.0"), Tap("body.1", before=True)]) as found:
        student(torch.rand(1, 3, 8, 8))
    assert torch.equal(found[Tap("body.0")].relu(), found[Tap("body.1", before=True)])
    with pytest.raises(CompressError, match=r"no layer 'body\.9'; convolutions are head, body\.0"):
        FitNet(student, teacher, [(Tap("body.9"), Tap("body.1"))])
    with pytest.raises(CompressError, match=r"head of the student is 48x48 .* tail of .* 192x192"):
        FitNet(student, EDSR(4, 1, 8), [(Tap("head"), Tap("tail"))])
    loss = FitNet(student, teacher, [(Tap("body.0"), Tap("body.2"))])
    assert loss.facts == {"loss": "fitnet", "weight": 0.01, "features": "body.0 : body.2"}
