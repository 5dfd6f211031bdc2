"""The loop in which all nouns meet: it resumes, it survives, it says why."""

import json
import math
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from iqabench.errors import MetricWeightsError, WeightsError
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore
from iqabench.run import (
    Options,
    evaluate,
    evaluate_cell,
    plan,
)
from iqabench.sets import load_set
from iqabench.store import Store
from run.evaluated import records, run


def test_every_sample_becomes_a_record(tmp_path: Path) -> None:
    outcome = run(tmp_path)
    found = records(tmp_path)
    assert (outcome.done, outcome.skipped, outcome.failures) == (5, 0, [])
    assert [r["sample"] for r in found] == sorted(s.name for s in load_set("demo", 2))
    assert all(20 < r["value"] < 45 for r in found)
    first = found[0]
    assert (first["protocol"], len(first["protocol_hash"])) == ("sr-y", 12)
    assert (first["set"], first["scale"], first["level"], first["precision"]) == (
        "demo",
        2,
        "x2",
        "fp32",
    )
    assert {"iqabench", "torch", "numpy", "threads"} <= set(json.loads(first["versions"]))
    assert first["device"]
    assert first["restore_ms"] > 0


def test_what_is_there_is_not_run_again(tmp_path: Path) -> None:
    run(tmp_path)
    again = run(tmp_path)
    assert (again.done, again.skipped) == (0, 5)
    forced = run(tmp_path, force=True)
    assert (forced.done, len(records(tmp_path))) == (5, 5)


def test_a_new_column_runs_and_keeps_the_old_one(tmp_path: Path) -> None:
    run(tmp_path)
    outcome = run(tmp_path, columns=["psnr@sr-y", "ssim@sr-y"])
    assert outcome.done == 5
    assert Counter(r["column"] for r in records(tmp_path)) == {"psnr@sr-y": 5, "ssim@sr-y": 5}


def test_other_conditions_are_other_cells(tmp_path: Path) -> None:
    run(tmp_path, "pocket", 4)
    assert run(tmp_path, "pocket", 4, tile=48).done == 5
    assert run(tmp_path, "pocket", 4, precision="bf16").done == 5
    assert len({r["key"] for r in records(tmp_path)}) == 3


def test_limit_takes_the_first(tmp_path: Path) -> None:
    assert run(tmp_path, limit=2).done == 2
    assert run(tmp_path, limit=3).done == 1


def test_a_failing_image_is_a_record_and_the_others_run(tmp_path: Path, networks: str) -> None:
    outcome = run(tmp_path, "networks:RaisesOnSecond")
    found = records(tmp_path)
    assert [r["status"] for r in found].count("failed") == 1
    bad = next(r for r in found if r["status"] == "failed")
    assert bad["value"] is None
    assert bad["error"] == "the model raised ValueError: this size is not for me"
    assert len(outcome.failures) == 1
    assert bad["sample"] == outcome.failures[0].sample


def test_failed_images_are_tried_again(tmp_path: Path, networks: str) -> None:
    run(tmp_path, "networks:RaisesOnSecond")
    assert run(tmp_path, "networks:RaisesOnSecond").done == 1


def test_nan_outputs_fail_with_a_count(tmp_path: Path, networks: str) -> None:
    run(tmp_path, "networks:NotANumber")
    bad = [r["error"] for r in records(tmp_path) if r["status"] == "failed"]
    assert len(bad) == 1
    assert "NaN or infinite values in" in bad[0]


def test_outputs_of_the_wrong_size_fail(tmp_path: Path, networks: str) -> None:
    outcome = run(tmp_path, "networks:WrongSize")
    assert len(outcome.failures) == 5
    assert all("expected" in r["error"] and r["value"] is None for r in records(tmp_path))


def test_ctrl_c_keeps_what_is_finished(tmp_path: Path, networks: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, "networks:InterruptedOnThird")
    assert len(records(tmp_path)) == 2
    assert run(tmp_path, "networks:Good").done == 5  # another model: nothing is mixed up


def test_kill_9_loses_the_images_in_flight_alone(tmp_path: Path, networks: str) -> None:
    words = [
        "run",
        "--model",
        "networks:KilledOnThird",
        "--set",
        "demo",
        "--scale",
        "2",
        "--store",
        str(tmp_path / "s"),
        "--device",
        "cpu",
    ]
    code = f"import sys; sys.argv = ['iqabench', *{words!r}]; from iqabench.cli.main import main; main()"
    paths = os.pathsep.join([networks, *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    kept = len(
        records(tmp_path / "s")
    )  # of two columns; the second image may be scored at that time
    assert kept in (2, 4)


def test_out_of_memory_is_met_with_tiles_and_said(tmp_path: Path, networks: str) -> None:
    run(tmp_path, "networks:Hungry")
    run(tmp_path, "networks:Good")
    found = records(tmp_path)
    tiled = [r for r in found if r["model"].endswith("Hungry")]
    whole = {r["sample"]: r["value"] for r in found if r["model"].endswith("Good")}
    assert all(r["tile_note"].startswith("out of memory") and r["tile"] > 0 for r in tiled)
    assert all(r["value"] == pytest.approx(whole[r["sample"]], abs=1e-9) for r in tiled)


@pytest.mark.parametrize("model", ["pocket"])
def test_seams_of_tiles_stay_below_a_hundredth_of_a_decibel(tmp_path: Path, model: str) -> None:
    run(tmp_path, model, 4)
    run(tmp_path, model, 4, tile=24)
    found = records(tmp_path)
    whole = {r["sample"]: r["value"] for r in found if r["tile"] == 0}
    tiles = {r["sample"]: r["value"] for r in found if r["tile"] == 24}
    assert whole.keys() == tiles.keys()
    assert all(abs(whole[s] - tiles[s]) < 0.01 for s in whole)


def test_scoring_beside_the_model_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scoring in threads, as with models that leave processors, gives the same values."""
    for folder, threads in (("a", 0), ("b", 2)):
        monkeypatch.setattr(evaluate_cell, "scoring_threads", lambda *_, n=threads: n)
        run(tmp_path / folder)
    for folder in ("a", "b"):
        assert len(list((tmp_path / folder / "crops").rglob("model-*.png"))) == 5
    one, two = (
        {(r["sample"], r["column"]): r["value"] for r in records(tmp_path / f)} for f in "ab"
    )
    assert one == two


def test_identical_images_are_inf_and_survive(tmp_path: Path) -> None:
    copy = f'cmd:{sys.executable} -c "import shutil, sys; shutil.copy(*sys.argv[1:])" {{input}} {{output}}'
    folder = tmp_path / "same"
    (folder / "input").mkdir(parents=True)
    (folder / "target").mkdir()
    image = next(iter(load_set("demo", 2))).load().input
    for role in ("input", "target"):
        cv2.imwrite(str(folder / role / "one.png"), image)
    cells = plan([copy], [str(folder)], ["psnr@rgb"])
    evaluate(cells, Store(tmp_path / "s"), Options(device="cpu"))
    assert [r["value"] for r in records(tmp_path / "s")] == [math.inf]


def test_the_luma_protocol_restores_luma(tmp_path: Path) -> None:
    run(tmp_path, columns=["psnr@bicubic-2014", "psnr@sr-y"])
    found = records(tmp_path)
    luma, rgb = (
        np.array([r["value"] for r in found if r["column"] == c])
        for c in ("psnr@bicubic-2014", "psnr@sr-y")
    )
    assert len(luma) == len(rgb) == 5
    assert 0 < np.abs(luma - rgb).max() < 0.1


def test_random_weights_are_marked(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="allow-random-weights"):
        run(tmp_path, "rlfn_ntire", 4)
    run(tmp_path, "rlfn_ntire", 4, allow_random_weights=True, limit=1)
    assert [r["random_weights"] for r in records(tmp_path)] == [True]


def test_a_model_that_cannot_be_loaded_costs_itself_alone(tmp_path: Path) -> None:
    cells = plan(["rlfn_ntire", "bicubic"], ["demo"], ["psnr"], 4)
    outcome = evaluate(cells, Store(tmp_path), Options(device="cpu"))
    assert outcome.done == 5
    assert len(outcome.failures) == 1
    assert "rlfn_ntire" in str(outcome.failures[0])


def test_reflection_reaches_sizes_smaller_than_the_padding() -> None:
    model = load_model("bicubic", 4)
    model.card = model.card.model_copy(update={"min_size": 40, "size_multiple": 16})
    image = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    assert restore(model, image).image.shape == (20, 28, 3)


def test_a_metric_without_its_weights_costs_only_its_own_columns(tmp_path: Path) -> None:
    """Without mirror and network, ilniqe has no parameters to compare with."""
    outcome = run(tmp_path, columns=["psnr@sr-y", "ilniqe@sr-rgb"])
    found = {(r["column"], r["status"]) for r in records(tmp_path)}
    assert found == {("psnr@sr-y", "ok"), ("ilniqe@sr-rgb", "failed")}
    assert all("ilniqe needs" in failure.error for failure in outcome.failures)


def test_without_any_metric_that_can_be_had_nothing_is_restored(tmp_path: Path) -> None:
    with pytest.raises(MetricWeightsError, match="ilniqe needs"):
        run(tmp_path, columns=["ilniqe@sr-rgb"])
    assert not list(tmp_path.rglob("*.parquet"))
