"""Distillation: pairs of teacher and student, and the whole way from photographs to a card."""

import shutil
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import nn

from iqabench.compress.distill import Distillation, distill, loss_of, read_features
from iqabench.compress.losses import FitNet
from iqabench.compress.losses.feature_taps import Tap
from iqabench.compress.student import read_arguments, student_of
from iqabench.compress.teacher_outputs import PrecomputedOutput, with_teacher_outputs
from iqabench.compress.training_setup import TrainingSetup
from iqabench.compress.variant_folder import WEIGHTS
from iqabench.errors import CompressError, UsageError
from iqabench.models.core.load import load_model
from iqabench.training.losses import MeanAbsolute
from iqabench.training.patches import tensors
from iqabench.training.photographs import photographs
from iqabench.training.plan import Plan
from iqabench.training.unit_range import UnitRangeNetwork

torch.set_num_threads(1)
SMALL = {"features": 4, "depth": 1}


def setup(photos: Path, work: Path, steps: int = 3) -> TrainingSetup:
    return TrainingSetup(photos, work, Plan(steps=steps, batch=2, save_every=1, warm_up=1), 2, 20)


def test_from_photographs_to_a_card(photos: Path, tmp_path: Path) -> None:
    distillation = Distillation("fitnet", load_model("pocket"), "pocket", features="body.0:body.3")
    student = student_of("pocket", SMALL, seed=1)
    asked = setup(photos, tmp_path / "work")
    folder = distill(
        student, distillation, asked, tmp_path / "s", command="iqabench compress distill x"
    )
    card = load_model(str(folder)).card
    assert card.variant is not None
    assert (card.id, card.variant.parent, card.variant.method) == (
        "pocket@distilled",
        "pocket",
        "distilled",
    )
    assert card.variant.recipe == "features=4, depth=1, taught by pocket (fitnet), 3 steps"
    made = card.variant.made
    assert (made["steps"], made["loss"], made["features"]) == (3, "fitnet", "body.0 : body.3")
    assert made["teacher"]["sha256"] == load_model("pocket").hash
    assert made["photographs"]["number"] == 3
    assert card.training_sets[0].startswith("3 photographs in photos")
    assert set(card.training_sets[1:]) == set(load_model("pocket").card.training_sets)
    assert card.params == 3 * 9 * 4 + 4 + 4 * 9 * 4 + 4 + 4 * 9 * 48 + 48


def test_the_same_course_ends_the_same_stopped_or_not(photos: Path, tmp_path: Path) -> None:
    def ended(name: str, steps: int) -> dict[str, torch.Tensor]:
        distillation = Distillation("lsfd", load_model("pocket"), "pocket")
        student = student_of("pocket", SMALL)
        asked = setup(photos, tmp_path / name)
        folder = distill(student, distillation, asked, tmp_path / f"{name}_out", command="")
        return safetensors.torch.load_file(folder / WEIGHTS)

    straight = ended("a", 3)
    again = ended("b", 3)
    shutil.rmtree(tmp_path / "b_out")
    resumed = ended("b", 3)  # from the last checkpoint: no step is left
    for key, value in straight.items():
        assert torch.equal(value, again[key])
        assert torch.equal(value, resumed[key])


def test_another_teacher_does_not_go_on(photos: Path, tmp_path: Path) -> None:
    asked = setup(photos, tmp_path / "w")
    alone = Distillation("none", None)
    distill(student_of("pocket", SMALL), alone, asked, tmp_path / "a", command="")
    taught = Distillation("output", load_model("pocket"), "pocket")
    with pytest.raises(UsageError, match=r"loss none \(now output\)"):
        distill(student_of("pocket", SMALL), taught, asked, tmp_path / "b", command="")
    other = student_of("pocket", {"features": 4, "depth": 2})
    with pytest.raises(UsageError, match=r"student pocket_x4 .*'depth': 1.* \(now .*'depth': 2"):
        distill(other, alone, asked, tmp_path / "b", command="")
    assert not (tmp_path / "b").exists()


def test_a_teacher_of_another_scale_is_refused() -> None:
    student = student_of("pocket", SMALL)
    student.model.card = student.card.model_copy(update={"scale": 2})
    with pytest.raises(CompressError, match=r"'pocket_x2' has the scale x2, .*'pocket_x4' x4"):
        loss_of(student, Distillation("output", load_model("pocket"), "pocket"))


def test_a_teacher_of_another_task_is_refused() -> None:
    teacher = load_model("pocket")
    teacher.card = teacher.card.model_copy(update={"channels": "grey"})
    with pytest.raises(CompressError, match=r"has the channels rgb, its teacher .* grey"):
        loss_of(student_of("pocket", SMALL), Distillation("output", teacher, "pocket"))


def test_lessons_that_cannot_be() -> None:
    student = student_of("pocket", SMALL)
    with pytest.raises(UsageError, match="needs a --teacher"):
        loss_of(student, Distillation("output", None))
    with pytest.raises(UsageError, match="no teacher to compare with"):
        loss_of(student, Distillation("none", None, features="a:b"))
    with pytest.raises(
        UsageError,
        match="there is no loss 'l3'; expected output, fitnet, lsfd, facd, metakd, augment",
    ):
        loss_of(student, Distillation("l3", load_model("pocket")))
    assert isinstance(loss_of(student, Distillation("none", None)), MeanAbsolute)


def test_outputs_computed_once_teach_the_same(photos: Path, tmp_path: Path) -> None:
    """Stored outputs differ by 8-bit rounding, and for patches that are turned."""
    teacher = load_model("pocket")
    distillation = Distillation("output", teacher, "pocket", once=True)
    asked = setup(photos, tmp_path / "w")
    folder = distill(student_of("pocket", SMALL), distillation, asked, tmp_path / "s", command="")
    card = load_model(str(folder)).card
    assert card.variant is not None
    assert card.variant.made["once"] == 1
    (file,) = (tmp_path / "w").glob("taught_*.patches")
    assert file.name.startswith(f"taught_{teacher.hash[:12]}_learned_x4_20_2_0_")
    learned, _ = photographs(photos).patches(asked.work, side=20, per_copy=2)
    assert teacher.module is not None
    kept = with_teacher_outputs(
        learned, UnitRangeNetwork(teacher.module, 1), teacher.hash, asked.work
    )
    inputs, targets = tensors(kept)
    assert torch.equal(targets[:, :3], tensors(learned)[1])
    exact = teacher.module(inputs).clamp(0, 1)
    assert (targets[:, 3:] - exact).abs().max() <= 0.5 / 255 + 1e-6
    loss = PrecomputedOutput(0.5)(nn.Identity(), targets[:, 3:], targets)
    assert loss.item() == pytest.approx((targets[:, 3:] - targets[:, :3]).abs().mean().item())
    with pytest.raises(UsageError, match="stores only outputs"):
        loss_of(student_of("pocket", SMALL), Distillation("lsfd", teacher, once=True))


def test_regressors_are_drawn_with_the_seed() -> None:
    def weight(seed: int) -> torch.Tensor:
        loss = loss_of(
            student_of("pocket", SMALL), Distillation("fitnet", load_model("pocket")), seed
        )
        assert isinstance(loss, FitNet)
        return loss.regressors[0].get_parameter("weight")

    assert torch.equal(weight(3), weight(3))
    assert not torch.equal(weight(3), weight(4))


def test_features_and_arguments_are_read() -> None:
    assert read_features("body.0:body.3, tail:tail") == [
        (Tap("network.body.0"), Tap("network.body.3")),
        (Tap("network.tail"), Tap("network.tail")),
    ]
    with pytest.raises(UsageError, match=r"'body\.0' is not a pair"):
        read_features("body.0")
    assert read_arguments("features=16,wide=true,rate=0.5,act=relu") == {
        "features": 16,
        "wide": True,
        "rate": 0.5,
        "act": "relu",
    }
    with pytest.raises(UsageError, match="'16' is not an argument"):
        read_arguments("16")


def test_students_begin_as_they_are_asked_to() -> None:
    first, again, other = (student_of("pocket", SMALL, seed=s).network for s in (5, 5, 6))
    assert torch.equal(first.get_parameter("head.weight"), again.get_parameter("head.weight"))
    assert not torch.equal(first.get_parameter("head.weight"), other.get_parameter("head.weight"))
    own = student_of("pocket", {}, own_weights=True)
    published = load_model("pocket").module
    assert published is not None
    assert torch.equal(
        own.network.get_parameter("head.weight"), published.get_parameter("head.weight")
    )
    assert not own.fresh
    with pytest.raises(UsageError, match="brings its own"):
        student_of("pocket", SMALL, own_weights=True)
    with pytest.raises(CompressError, match=r"cannot be built with .*widht.* It takes .*features"):
        student_of("pocket", {"widht": 3})
    with pytest.raises(CompressError, match=r"swinir_light.* known only by its tensors"):
        student_of("swinir_light", {"depths": 2}, 2)
    with pytest.raises(CompressError, match="is for denoising at x1"):
        student_of("dncnn_25", {})


def test_a_factory_is_shown_against_its_teacher(
    photos: Path, in_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (in_tmp / "student_of_mine.py").write_text(
        "from iqabench.models.pocket.network import Pocket\ndef make(): return Pocket(4, 4, 1)\n"
    )
    student = student_of("student_of_mine:make", {})
    distillation = Distillation("output", load_model("pocket"), "pocket")
    folder = distill(
        student, distillation, setup(photos, in_tmp / "w", 1), in_tmp / "s", command=""
    )
    card = load_model(str(folder)).card
    assert card.variant is not None
    assert (card.loader, card.variant.parent) == ("factory", "pocket")
