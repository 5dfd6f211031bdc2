"""Pruning a registered model, from photographs to a card."""

import shutil
from pathlib import Path

import pytest
import safetensors.torch
import torch
from click.testing import CliRunner

from iqabench.cli.compress.prune import command as prune_command
from iqabench.cli.compress.quantize import command as quantize_command
from iqabench.compress.cost_target import CostTarget
from iqabench.compress.figures import measure
from iqabench.compress.narrowing import PruningGoal
from iqabench.compress.prune import PruningRequest, prune
from iqabench.compress.selection import Selection
from iqabench.compress.training_setup import TrainingSetup
from iqabench.compress.variant_folder import WEIGHTS
from iqabench.errors import CompressError, IqabenchError, UsageError
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import load_model
from iqabench.models.core.network import build
from iqabench.training.plan import Plan

torch.set_num_threads(1)
HALF = PruningGoal(
    target=CostTarget("macs", 0.5),
    importance="fisher",
    selection=Selection(uniform=True, round_to=8),
)


def setup(photos: Path, work: Path) -> TrainingSetup:
    return TrainingSetup(photos, work, Plan(steps=3, batch=2, save_every=1, warm_up=1), 2, 20)


def order(photos: Path | None, work: Path, goal: PruningGoal = HALF) -> PruningRequest:
    return PruningRequest(
        parent="pocket",
        goal=goal,
        size="3x32x32",
        batches=2,
        half=True,
        setup=setup(photos, work) if photos else None,
    )


def test_from_photographs_to_a_card(photos: Path, tmp_path: Path) -> None:
    found = prune(
        order(photos, tmp_path / "w"), tmp_path / "p", command="iqabench compress prune x"
    )
    assert found.widths["body.3"] == (24, 16)
    model, parent = load_model(str(tmp_path / "p")), load_model("pocket")
    card = model.card
    assert card.variant is not None
    assert (card.id, card.variant.parent, card.variant.method, card.variant.layout) == (
        "pocket@pruned",
        "pocket",
        "pruned",
        "widths",
    )
    assert card.variant.recipe == (
        "0.5x the MACs, by fisher, the same share of every layer; then 3 steps, its parent's outputs as "
        "second targets"
    )
    made = card.variant.made
    assert made["widths"]["head"] == [24, 16]
    assert "tail" not in made["widths"]
    assert (made["importance"], made["round_to"], made["steps"]) == ("fisher", 8, 3)
    assert made["teacher"]["sha256"] == parent.hash
    assert card.params == model.trainable == 23648
    assert card.training_sets[-1].startswith("3 photographs in photos")
    state = safetensors.torch.load_file(tmp_path / "p" / WEIGHTS)
    assert {value.dtype for value in state.values()} == {torch.float16}
    before, after = measure(tmp_path / "p", latency=False)
    assert after["macs@exact:3x256x256"] == 1550843904  # 65536 (23472 + 192), the last for bilinear
    assert before["params@all"] == 47544


def test_the_same_command_goes_on_and_ends_the_same(photos: Path, tmp_path: Path) -> None:
    def ended(work: str) -> dict[str, torch.Tensor]:
        prune(order(photos, tmp_path / work), tmp_path / f"{work}_out")
        return safetensors.torch.load_file(tmp_path / f"{work}_out" / WEIGHTS)

    straight = ended("a")
    again = ended("b")
    shutil.rmtree(tmp_path / "b_out")
    told: list[str] = []
    prune(order(photos, tmp_path / "b"), tmp_path / "b_out", tell=told.append)
    assert any("going on with the widths" in line for line in told)
    resumed = safetensors.torch.load_file(tmp_path / "b_out" / WEIGHTS)
    for key, value in straight.items():
        assert torch.equal(value, again[key])
        assert torch.equal(value, resumed[key])


def test_without_photographs_what_is_left_is_what_was(tmp_path: Path) -> None:
    goal = PruningGoal(ratio=0.25, selection=Selection(uniform=True))
    prune(order(None, tmp_path / "w", goal), tmp_path / "p")
    card = load_model(str(tmp_path / "p")).card
    assert card.variant is not None
    assert card.variant.recipe.endswith("not trained again")
    assert card.training_sets == load_model("pocket").card.training_sets
    state = safetensors.torch.load_file(tmp_path / "p" / WEIGHTS)
    whole = load_model("pocket").module
    assert whole is not None
    biases = whole.get_parameter("head.bias").tolist()
    assert all(
        any(b == pytest.approx(w, abs=1e-3) for w in biases) for b in state["head.bias"].tolist()
    )


def test_a_pruned_variant_can_be_pruned_again(tmp_path: Path) -> None:
    goal = PruningGoal(ratio=0.25, selection=Selection(uniform=True))
    prune(order(None, tmp_path / "w", goal), tmp_path / "p")
    twice = PruningRequest(parent=str(tmp_path / "p"), goal=goal, size="3x32x32")
    found = prune(twice, tmp_path / "pp")
    assert found.widths["head"] == (18, 13)
    assert load_model(str(tmp_path / "pp")).trainable == sum(
        p.numel() for p in found.network.parameters()
    )


def test_what_cannot_be_is_refused_before_any_work(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "p"
    both = PruningGoal(ratio=0.5, target=CostTarget("macs", 0.5))
    with pytest.raises(UsageError, match="one of --ratio"):
        prune(order(None, tmp_path, both), out)
    with pytest.raises(UsageError, match="fisher is estimated on images"):
        prune(order(None, tmp_path), out)
    goal = PruningGoal(ratio=0.5)
    with pytest.raises(CompressError, match="no convolution"):
        prune(PruningRequest(parent="bicubic", goal=goal, setup=setup(photos, tmp_path / "w")), out)
    with pytest.raises(CompressError, match="no channel was removed"):
        prune(
            order(None, tmp_path, PruningGoal(ratio=0.01, selection=Selection(uniform=True))), out
        )
    out.mkdir()
    (out / "mine.txt").write_text("keep me")
    with pytest.raises(CompressError, match="exists already"):
        prune(order(None, tmp_path, goal), out)
    assert [p.name for p in out.iterdir()] == ["mine.txt"]


def test_a_file_known_by_its_tensors_is_refused(tmp_path: Path) -> None:
    """spandrel would not know it again."""
    torch.manual_seed(0)
    file = tmp_path / "strange.safetensors"
    state = build(card_of("swinir_light", 2)).state_dict()
    safetensors.torch.save_file({k: v.contiguous() for k, v in state.items()}, file)
    with pytest.raises(CompressError, match="known only by its tensors"):
        prune(PruningRequest(parent=str(file), goal=PruningGoal(ratio=0.5)), tmp_path / "p")


def test_the_command_prints_its_figures(tmp_path: Path) -> None:
    words = ["--model", "pocket", "--macs", "0.5x", "--uniform", "--round-to", "8", "--input", "3x32x32",
             "--out", str(tmp_path / "p"), "--no-timing"]  # fmt: skip
    done = CliRunner().invoke(prune_command, words, catch_exceptions=False)
    assert done.exit_code == 0
    row = next(line for line in done.stdout.splitlines() if line.startswith("macs@exact"))
    assert row.split()[1:] == ["3112697856", "1550843904", "0.4982"]
    assert "head: 24 -> 16 channels" in done.stderr
    assert "tail: kept, the image's own channels" in done.stderr


def test_a_set_that_is_not_there_is_told_before_any_work(tmp_path: Path) -> None:
    for command, model, places, said in (
        (prune_command, "pocket", "dmeo", "Did you mean 'demo'"),
        (quantize_command, "dncnn_25", "demo", "for denoising"),
    ):
        words = ["--model", model, "--set", places, "--out", str(tmp_path / "p")]
        words += ["--ratio", "0.5"] if command is prune_command else []
        with pytest.raises(IqabenchError, match=said):
            CliRunner().invoke(command, words, catch_exceptions=False)
        assert not (tmp_path / "p").exists()


def test_the_command_wants_one_target(tmp_path: Path) -> None:
    for words in ([], ["--macs", "0.5x", "--ratio", "0.3"]):
        with pytest.raises(UsageError, match="one of --ratio, --macs, --params and --latency"):
            CliRunner().invoke(
                prune_command,
                ["--model", "pocket", "--out", str(tmp_path / "p"), *words],
                catch_exceptions=False,
            )
