"""Losses with a learned mapping or chosen patches: their gradients, and which patches they choose."""

import pytest
import torch
from torch import Tensor, nn

from iqabench.compress.losses import MetaKd, StudentAugmentation, student_augmentation
from iqabench.errors import CompressError
from iqabench.models.pocket.network import Pocket

torch.set_num_threads(1)


def pair() -> tuple[nn.Module, nn.Module, Tensor, Tensor]:
    """Return a student, a teacher, inputs and targets, in double precision."""
    torch.manual_seed(0)
    student, teacher = Pocket(2, 4, 1).double(), Pocket(2, 6, 2).double()
    inputs, targets = torch.rand(4, 3, 8, 8).double(), torch.rand(4, 3, 16, 16).double()
    return student, teacher, inputs, targets


@pytest.fixture
def doubles() -> object:
    torch.set_default_dtype(torch.float64)
    yield None
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("doubles")
def test_the_mapping_learns_from_the_error_after_a_trial_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The gradient of one number of the mapping is that of the error, by finite differences."""
    student, teacher, inputs, targets = pair()
    monkeypatch.setattr(Tensor, "float", lambda tensor: tensor)  # in double precision throughout
    loss = MetaKd(student, teacher, weight=0.5)
    bias = dict(loss.mappings.named_parameters())["0.generator.2.bias"]
    steering = loss._steering(student, inputs, targets)
    assert steering.item() == 0
    torch.autograd.backward(steering)
    assert all(p.grad is None for p in student.parameters())
    assert all(p.grad is None for p in loss.regressors.parameters())

    def error_after(change: float) -> float:
        with torch.no_grad():
            bias[9] += change
        moved = {}
        outputs = loss.run_both(student, inputs[:2])
        tried = (outputs.student - targets[:2]).abs().mean() + 0.5 * loss._distance(
            outputs, dict(loss.mappings.named_parameters())
        )
        names, values = zip(*student.named_parameters(), strict=True)
        for name, p, slope in zip(names, values, torch.autograd.grad(tried, values), strict=True):
            moved[name] = p - 1e-2 * slope
        output = torch.func.functional_call(student, moved, (inputs[2:],))
        with torch.no_grad():
            bias[9] -= change
        return float((output - targets[2:]).abs().mean().detach())

    expected = (error_after(1e-4) - error_after(-1e-4)) / 2e-4
    assert bias.grad is not None
    assert float(bias.grad[9]) * 1e-2 * 0.5 == pytest.approx(expected, rel=1e-3)


def test_the_mapping_is_fixed_in_the_students_own_step() -> None:
    student, teacher, inputs, targets = pair()
    student, teacher = student.float().eval(), teacher.float()
    loss = MetaKd(student, teacher)
    loss(student, inputs.float(), targets.float()).backward()
    assert all(p.grad is None for p in loss.mappings.parameters())
    assert all(p.grad is not None for p in loss.regressors.parameters())


def test_equal_features_have_no_distance() -> None:
    mapping = MetaKd(Pocket(2, 4, 1), Pocket(2, 4, 1)).mappings[0]
    features = torch.rand(2, 4, 8, 8)
    assert mapping(features, features).tolist() == [0, 0]
    assert (mapping(features, features + 1) > 0).all()


def test_metakd_needs_two_patches() -> None:
    student, teacher, inputs, targets = pair()
    loss = MetaKd(student.float(), teacher.float())
    with pytest.raises(CompressError, match="--batch 2 or more"):
        loss(student, inputs[:1].float(), targets[:1].float())


def test_the_harder_change_is_kept_and_labelled_by_the_teacher() -> None:
    student, teacher, inputs, targets = pair()
    student, teacher = student.float(), teacher.float()
    inputs, targets = inputs.float(), targets.float()
    loss = StudentAugmentation(student, teacher)
    torch.manual_seed(3)
    changed, labels = loss._chosen(student, inputs, targets, 2)
    assert torch.allclose(labels, teacher(changed), atol=1e-6)

    def gaps(x: Tensor) -> Tensor:
        gap: Tensor = (student(x) - teacher(x)).abs().mean((1, 2, 3))
        return gap

    torch.manual_seed(3)
    candidates = [student_augmentation.changed_patches(inputs, targets, 2) for _ in range(2)]
    harder = torch.maximum(gaps(candidates[0]), gaps(candidates[1]))
    assert torch.allclose(gaps(changed), harder, atol=1e-6)
