"""Outputs that exist are scored: folders, images, and what runs left."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import ImageError, PairingError, SetError, StoreError, UsageError
from iqabench.images import read_image, write_image
from iqabench.metrics import column
from iqabench.run import (
    Options,
    Outputs,
    evaluate,
    has_saved_outputs,
    no_targets,
    plan,
    score_folder,
    score_saved_outputs,
    targets_of_folder,
    targets_of_set,
    with_inputs,
)
from iqabench.sets import load_set
from iqabench.store import Store, kept_runs
from run.evaluated import records

MODELS = ["bicubic", "lanczos", "nearest"]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Return the folder of outputs that a run of three models on two samples saved."""
    cells = plan(MODELS, ["demo"], ["psnr"], 4)
    options = Options(device="cpu", limit=2, save_outputs=tmp_path / "saved")
    evaluate(cells, Store(tmp_path / "store"), options)
    return tmp_path / "saved"


def test_what_a_run_left_is_scored_as_its_models(saved: Path) -> None:
    store = Store(saved.parent / "store")
    outcome = score_saved_outputs(saved, store, ["psnr", "gmsd", "ssim@consensus"], "cpu")
    found = records(store.folder)
    assert {(r["model"], r["model_hash"]) for r in found if r["column"] == "gmsd@sr-y"} == {
        (r["model"], r["model_hash"]) for r in found if r["column"] == "psnr@sr-y"
    }
    assert len([r for r in found if r["column"] == "psnr@sr-y" and r["status"] == "ok"]) == 6
    assert any("left no output" in f.error for f in outcome.failures)  # three samples were not run


def test_it_goes_on_where_it_stopped(saved: Path) -> None:
    store = Store(saved.parent / "store")
    first = score_saved_outputs(saved, store, ["gmsd"], "cpu")
    assert (first.done, first.skipped) == (15, 0)
    again = score_saved_outputs(saved, store, ["gmsd"], "cpu")
    assert (again.done, again.skipped) == (9, 6)  # those without an output are tried again
    assert score_saved_outputs(saved, store, ["gmsd"], "cpu", force=True).skipped == 0


def test_other_weights_are_not_taken_for_these(saved: Path) -> None:
    [kept] = [k for k in kept_runs(saved) if k.provenance.model == "nearest"]
    run_json = kept.path / "run.json"
    run_json.write_text(run_json.read_text().replace("none:nearest", "none:another"))
    cells = plan(["nearest"], ["demo"], ["psnr"], 4)
    options = Options(device="cpu", limit=2, save_outputs=saved)
    assert evaluate(cells, Store(saved.parent / "store"), options).done == 2
    assert "none:nearest" in run_json.read_text()


def test_another_set_is_refused(saved: Path) -> None:
    for kept in kept_runs(saved):
        file = kept.path / "run.json"
        file.write_text(file.read_text().replace(kept.provenance.set_hash, "0" * 12))
    with pytest.raises(SetError, match="another version of demo"):
        score_saved_outputs(saved, Store(saved.parent / "s"), ["psnr"], "cpu")


def test_a_damaged_word_is_named(saved: Path) -> None:
    kept = next(kept_runs(saved))
    (kept.path / "run.json").write_text("{")
    with pytest.raises(StoreError, match=r"run\.json is absent or damaged"):
        score_saved_outputs(saved, Store(saved.parent / "s"), ["psnr"], "cpu")


def test_outputs_may_be_moved(saved: Path, tmp_path: Path) -> None:
    shutil.move(saved / "nearest" / "demo_x4", tmp_path / "elsewhere")
    assert has_saved_outputs(tmp_path / "elsewhere")
    store = Store(tmp_path / "other")
    score_saved_outputs(tmp_path / "elsewhere", store, ["psnr"], "cpu")
    assert {r["model"] for r in records(store.folder)} == {"nearest"}


def test_nothing_to_compare_with_leaves_no_reference_columns(saved: Path) -> None:
    folder = saved / "nearest" / "demo_x4"
    store = Store(saved.parent / "s")
    score_folder(
        folder, no_targets(folder, None), store, ["entropy", "total_variation"], device="cpu"
    )
    found = {(r["column"], r["sample"]): r["value"] for r in records(store.folder)}
    for path in folder.glob("*.png"):
        assert found[("entropy@rgb", path.stem)] == column("entropy@rgb")(read_image(path))
    assert len(found) == 4


def test_what_needs_a_target_is_refused_without(saved: Path) -> None:
    folder = saved / "nearest" / "demo_x4"
    cases = [(["entropy", "psnr"], "psnr@rgb compares with a target"), ([], "there are no targets")]
    for wanted, said in cases:
        with pytest.raises(UsageError, match=said):
            score_folder(folder, no_targets(folder, None), Store(saved.parent / "s"), wanted)


def test_a_single_image(saved: Path) -> None:
    file = next((saved / "nearest" / "demo_x4").glob("*.png"))
    target = saved / "bicubic" / "demo_x4" / file.name
    store = Store(saved.parent / "s")
    renamed = saved.parent / "another_name.png"
    shutil.copy(target, renamed)
    score_folder(file, targets_of_folder(renamed, None), store, ["psnr"], device="cpu")
    [found] = records(store.folder)
    assert found["value"] == column("psnr@rgb")(read_image(file), read_image(target))
    assert (found["model"], found["sample"]) == (file.stem, "another_name")


def test_inputs_beside_outputs(saved: Path) -> None:
    inputs = saved.parent / "inputs"
    for sample in load_set("demo", 4).samples[:2]:
        write_image(inputs / f"{sample.name}_LR_x4.png", sample.load().input)
    folder, store = saved / "nearest" / "demo_x4", Store(saved.parent / "s")
    targets = with_inputs(no_targets(folder, 4), inputs, 4)
    score_folder(folder, targets, store, ["psnr@lr", "psnr@model:bicubic"], device="cpu")
    mine = {(r["column"], r["sample"]): r["value"] for r in records(store.folder)}
    score_folder(
        folder, targets_of_set("demo", 4), Store(saved.parent / "t"), ["psnr@lr"], device="cpu"
    )
    theirs = [r for r in records(saved.parent / "t") if r["status"] == "ok"]
    assert {("psnr@lr", r["sample"]): r["value"] for r in theirs}.items() <= mine.items()
    assert len(mine) == 4


def test_an_input_that_is_missing_fails_alone(saved: Path) -> None:
    inputs = saved.parent / "inputs"
    sample = load_set("demo", 4).samples[0]
    write_image(inputs / f"{sample.name}.png", sample.load().input)
    folder, store = saved / "nearest" / "demo_x4", Store(saved.parent / "s")
    score_folder(
        folder,
        with_inputs(no_targets(folder, 4), inputs, 4),
        store,
        ["psnr@lr", "entropy"],
        device="cpu",
    )
    bad = [(r["column"], r["error"]) for r in records(store.folder) if r["status"] == "failed"]
    assert len(bad) == 1
    assert bad[0][0] == "psnr@lr"
    assert "there is no input" in bad[0][1]


def test_no_reference_columns_outlive_a_target_of_another_size(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for folder, side in (("outputs", 40), ("targets", 44)):
        write_image(tmp_path / folder / "a.png", rng.integers(0, 256, (side, side, 3), np.uint8))
    store = Store(tmp_path / "s")
    targets = targets_of_folder(tmp_path / "targets", None)
    score_folder(tmp_path / "outputs", targets, store, ["psnr", "entropy"], device="cpu")
    found = {r["column"]: r["error"] for r in records(store.folder)}
    assert found["entropy@rgb"] == ""
    assert "never resized" in found["psnr@rgb"]


def test_pairs_need_targets(saved: Path) -> None:
    folder = saved / "nearest" / "demo_x4"
    with pytest.raises(PairingError, match="demo_x4 has no targets; there is nothing to compare"):
        Outputs(folder, no_targets(folder, 4)).pairs()


def test_bad_folders(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImageError, match="holds no images"):
        no_targets(tmp_path / "empty", None)
    for name in ("a.png", "a.jpg"):
        write_image(tmp_path / "twice" / name, np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(PairingError, match=r"a.jpg and a.png in .* share the name 'a'"):
        no_targets(tmp_path / "twice", None)


def test_inputs_alone_are_restored_and_scored(tmp_path: Path) -> None:
    for sample in load_set("demo", 4).samples[:2]:
        write_image(tmp_path / "real" / "input" / f"{sample.name}.png", sample.load().input)
    cells = plan(["bicubic"], [str(tmp_path / "real")], ["entropy", "psnr@lr"], 4)
    outcome = evaluate(cells, Store(tmp_path / "s"), Options(device="cpu"))
    assert outcome.failures == []
    assert {r["column"] for r in records(tmp_path / "s")} == {"entropy@sr-rgb", "psnr@lr"}
    with pytest.raises(SetError, match="has inputs only, so there is no psnr@sr-y"):
        plan(["bicubic"], [str(tmp_path / "real")], ["psnr"], 4)


def test_batches_give_what_singles_give(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in "abcde":
        side = 200 if name < "d" else 180
        target = rng.integers(0, 256, (side, side + 8, 3), np.uint8)
        write_image(tmp_path / "targets" / f"{name}.png", target)
        write_image(
            tmp_path / "outputs" / f"{name}.png", target // 2 * 2 if name != "b" else target
        )
    write_image(tmp_path / "targets" / "f.png", np.zeros((20, 20, 3), np.uint8))
    write_image(tmp_path / "outputs" / "f.png", np.ones((20, 20, 3), np.uint8))
    targets = targets_of_folder(tmp_path / "targets", None)
    columns = ["psnr", "ssim", "ms_ssim", "entropy", "psnr@y", "total_variation"]
    for store, batch in (("one", 1), ("many", 4)):
        score_folder(
            tmp_path / "outputs",
            targets,
            Store(tmp_path / store),
            columns,
            device="cpu",
            batch=batch,
        )
    singles, together = records(tmp_path / "one"), records(tmp_path / "many")
    assert len(singles) == 36
    for one, other in zip(singles, together, strict=True):
        assert (one["column"], one["sample"], one["error"]) == (
            other["column"],
            other["sample"],
            other["error"],
        )
        assert other["value"] == (
            None if one["value"] is None else pytest.approx(one["value"], abs=1e-5)
        )
        assert one["key"] != other["key"]


def test_only_columns_that_lack_a_record_are_computed(saved: Path) -> None:
    store = Store(saved.parent / "store")
    score_saved_outputs(saved, store, ["gmsd"], "cpu")
    before = {
        r["time"] for r in records(store.folder) if r["column"] == "gmsd@sr-y" and not r["error"]
    }
    score_saved_outputs(saved, store, ["gmsd", "entropy"], "cpu")
    after = {
        r["time"] for r in records(store.folder) if r["column"] == "gmsd@sr-y" and not r["error"]
    }
    assert before == after
    assert len([r for r in records(store.folder) if r["column"] == "entropy@sr-rgb"]) == 15
